"""Files of weights with ``--arch``: what opens, what is explained, and that nothing in them runs."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
import zipfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn
from torchvision import models

from cnnviz import load_model
from cnnviz.core.architectures import lenet5, vgg_small
from cnnviz.core.errors import ModelError
from cnnviz.core.images import prepare, read
from cnnviz.core.labels import read_labels
from cnnviz.core.model import Model
from cnnviz.paths import resources

INPUT = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(2))


@pytest.fixture
def digits() -> nn.Sequential:
    torch.manual_seed(4)
    return lenet5().eval()


def same(model: Model, module: nn.Module, x: torch.Tensor = INPUT) -> bool:
    assert not model.module.training
    with torch.no_grad():
        return torch.equal(model.module(x), module(x))


def failure(path: Path | str, **options: object) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(str(path), **options)  # type: ignore[arg-type]
    text = str(caught.value)
    assert "\n" not in text
    assert text[-1] in ".?"
    return text


def test_real_weights_of_others_classify_as_reckoned_apart(data: Path) -> None:
    file = data / "squeezenet1_1_torchvision_fp16.safetensors"
    model = load_model(str(file), arch="squeezenet1_1", device="cpu")
    module = models.squeezenet1_1()
    module.load_state_dict(load_file(file))
    pixels = np.random.default_rng(1).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    preset = models.SqueezeNet1_1_Weights.DEFAULT.transforms()
    with torch.no_grad():
        expected = module.eval()(preset(Image.fromarray(pixels))[None])
        assert torch.equal(model.module(prepare(read(pixels), model.preprocessing).tensor), expected)
    assert model.labels[281] == "tabby"
    assert model.preprocessing.guessed
    assert any("usual for squeezenet1_1" in note for note in model.notes)
    assert any("ImageNet-1K" in note for note in model.notes)


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: s,
        lambda s: {"state_dict": s, "epoch": 3, "best": np.float64(0.9), "args": argparse.Namespace(lr=0.1)},
        lambda s: {"model": s, "optimizer": torch.optim.SGD([nn.Parameter(torch.ones(2))], 0.1).state_dict()},
        lambda s: {"net": {f"module.{k}": v for k, v in s.items()}, "acc": 91.2},
        lambda s: {f"_orig_mod.module.{k}": v for k, v in s.items()},
        lambda s: {"state_dict": {f"model.{k}": v for k, v in s.items()} | {"criterion.weight": torch.ones(3)}},
        lambda s: {"weights of mine": s},
    ],
)
def test_checkpoints_of_all_shapes(tmp_path: Path, digits: nn.Sequential, wrap: object, legacy: bool) -> None:
    content = wrap(digits.state_dict())  # type: ignore[operator]
    torch.save(content, tmp_path / "net.pth", _use_new_zipfile_serialization=not legacy)
    model = load_model(str(tmp_path / "net.pth"), arch="lenet5", device="cpu")
    assert same(model, digits)


def test_what_was_done_is_noted(tmp_path: Path, digits: nn.Sequential) -> None:
    state = {f"module.{k}": v.half() for k, v in digits.state_dict().items()} | {"step.x": torch.ones(1)}
    torch.save({"state_dict": state, "ema": state}, tmp_path / "net.pt")
    model = load_model(str(tmp_path / "net.pt"), arch="lenet5", device="cpu")
    notes = " ".join(model.notes)
    assert "under “state_dict” of the checkpoint; it also holds ema." in notes
    assert "prefix “module.” was removed from the names of its tensors; 1 other was left out" in notes
    assert "Half precision was widened to single in 10 of its 10 tensors" in notes
    assert all(p.dtype == torch.float32 for p in model.module.parameters())
    assert same(model, digits.half().float())


def test_double_precision_is_rounded_and_said(tmp_path: Path, digits: nn.Sequential) -> None:
    save_file({k: v.double() for k, v in digits.state_dict().items()}, tmp_path / "net.safetensors")
    model = load_model(str(tmp_path / "net.safetensors"), arch="lenet5", device="cpu")
    assert same(model, digits.float())
    assert any("Double precision was rounded" in note for note in model.notes)


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_0", "regnet_y_400mf", "mnasnet0_5"])
def test_the_number_of_classes_is_that_of_the_file(tmp_path: Path, name: str) -> None:
    module = models.get_model(name, num_classes=10).eval()
    save_file(module.state_dict(), tmp_path / "ten.safetensors")
    model = load_model(str(tmp_path / "ten.safetensors"), arch=name, device="cpu")
    assert same(model, module, torch.rand(1, 3, 224, 224))
    assert model.labels == ()
    assert model.caption == "ten.safetensors"
    assert any("no names" in note for note in model.notes)


def test_buffers_that_are_not_in_the_file_are_made(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = vgg_small(3)
    module(torch.rand(4, 3, 32, 32))  # running statistics other than at the start
    module.eval()
    state = {k: v.contiguous() for k, v in module.state_dict().items() if "num_batches" not in k}
    save_file(state, tmp_path / "v.safetensors", {"architecture": "vgg-small"})
    model = load_model(str(tmp_path / "v.safetensors"), device="cpu")  # the architecture is the file's own word
    assert same(model, module, torch.rand(1, 3, 32, 32))
    assert not any(t.is_meta for t in model.module.state_dict().values())
    assert "Its architecture is vgg-small, as the file itself says." in model.notes


def test_a_safetensors_file_may_carry_names_and_preprocessing(tmp_path: Path, digits: nn.Sequential) -> None:
    about = {"mode": "L", "size": [28, 28], "mean": [0.5], "std": [0.25]}
    metadata = {"architecture": "lenet5", "labels": json.dumps(list("abcdefghij")), "preprocessing": json.dumps(about)}
    save_file(digits.state_dict(), tmp_path / "n.safetensors", metadata)
    model = load_model(str(tmp_path / "n.safetensors"), device="cpu")
    assert model.labels == tuple("abcdefghij")
    assert (model.preprocessing.mean, model.preprocessing.guessed) == ((0.5,), False)


def test_class_names_that_a_checkpoint_carries(tmp_path: Path, digits: nn.Sequential) -> None:
    for extra in ({"classes": list("abcdefghij")}, {"class_to_idx": {c: i for i, c in enumerate("abcdefghij")}}):
        torch.save({"state_dict": digits.state_dict(), **extra}, tmp_path / "net.pth")
        assert load_model(str(tmp_path / "net.pth"), arch="lenet5", device="cpu").labels == tuple("abcdefghij")


def test_mismatches_are_counted_and_the_first_are_named(tmp_path: Path, digits: nn.Sequential) -> None:
    torch.save(models.resnet18(num_classes=10).state_dict(), tmp_path / "r18.pth")
    said = failure(tmp_path / "r18.pth", arch="resnet34")
    assert said.startswith("r18.pth does not fit resnet34: 80 tensors missing (layer1.2.conv1.weight, ")
    torch.save(models.resnet34(num_classes=10).state_dict(), tmp_path / "r34.pth")
    assert "80 tensors unexpected (layer1.2.conv1.weight" in failure(tmp_path / "r34.pth", arch="resnet18")
    state = digits.state_dict()
    state["3.weight"] = torch.zeros(16, 6, 3, 3)
    torch.save(state, tmp_path / "d.pth")
    said = failure(tmp_path / "d.pth", arch="lenet5")
    assert "1 tensor of another shape (3.weight is 16 × 6 × 3 × 3 instead of 16 × 6 × 5 × 5)" in said


def test_an_architecture_must_be_named_and_known(tmp_path: Path, digits: nn.Sequential) -> None:
    torch.save(digits.state_dict(), tmp_path / "net.pth")
    assert "did you mean lenet5" in failure(tmp_path / "net.pth", arch="lenet")
    assert "did you mean resnet18" in failure(tmp_path / "net.pth", arch="resnet_18")


class Foreign:
    """Something that only runs when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch " + os.environ["CNNVIZ_HOME"] + "/executed",)


def test_nothing_in_a_file_is_executed(tmp_path: Path, home: Path) -> None:
    for legacy in (False, True):
        torch.save({"state_dict": Foreign()}, tmp_path / "bad.pt", _use_new_zipfile_serialization=not legacy)
        said = failure(tmp_path / "bad.pt", arch="lenet5", trust=True)
        assert "would run posix.system when it is unpickled" in said
        assert not (home / "executed").exists()


def test_a_whole_pickled_network_of_known_parts_is_made_again(tmp_path: Path, digits: nn.Sequential) -> None:
    torch.save(digits, tmp_path / "whole.pt")
    model = load_model(str(tmp_path / "whole.pt"), device="cpu")
    assert same(model, digits)
    assert "made again without running it" in model.notes[0]


@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
@pytest.mark.parametrize("share", [0.001, 0.5, 0.99])
def test_cut_off_files(tmp_path: Path, digits: nn.Sequential, suffix: str, share: float) -> None:
    file = tmp_path / f"net.{suffix}"
    torch.save(digits.state_dict(), file) if suffix == "pt" else save_file(digits.state_dict(), file)
    file.write_bytes(file.read_bytes()[: max(9, int(file.stat().st_size * share))])
    assert "damaged" in failure(file, arch="lenet5")


def test_cut_off_legacy_file(tmp_path: Path, digits: nn.Sequential) -> None:
    torch.save(digits.state_dict(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    whole = (tmp_path / "old.pth").read_bytes()
    for share in (0.01, 0.2, 0.9):
        (tmp_path / "old.pth").write_bytes(whole[: int(len(whole) * share)])
        assert "damaged" in failure(tmp_path / "old.pth", arch="lenet5")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pth", b"", "is empty"),
        ("b.pth", b"<html>404 Not Found</html>\n", "holds text"),
        ("c.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        ("d.h5", b"\x89HDF\r\n\x1a\n" + bytes(90), "Keras"),
        ("e.pt", bytes(range(256)), "damaged"),
        ("f.safetensors", (2 * 10**11).to_bytes(8, "little") + b"{" + bytes(50), "damaged"),
    ],
)
def test_files_that_are_something_else(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert said in failure(tmp_path / name, arch="lenet5")


def test_archives_and_tensors_that_are_no_network(tmp_path: Path, digits: nn.Sequential) -> None:
    with zipfile.ZipFile(tmp_path / "z.pt", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "archive without PyTorch weights" in failure(tmp_path / "z.pt", arch="lenet5")
    torch.save(torch.ones(3), tmp_path / "t.pt")
    assert "a Tensor was found" in failure(tmp_path / "t.pt", arch="lenet5")
    torch.save({"epoch": 3}, tmp_path / "e.pt")
    assert "holds no weights" in failure(tmp_path / "e.pt", arch="lenet5")
    save_file({"x": torch.zeros(4, 28, 28)}, tmp_path / "data.safetensors")
    assert "10 tensors missing" in failure(tmp_path / "data.safetensors", arch="lenet5")


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    assert failure(tmp_path / "gone.pth").startswith("There is no file")
    (tmp_path / "folder.pth").mkdir()
    assert "is a folder" in failure(tmp_path / "folder.pth")


def test_labels_and_overrides_by_hand(tmp_path: Path) -> None:
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    (tmp_path / "names.txt").write_text("\n".join(names) + "\n\n")
    model = load_model(
        "lenet5-mnist", labels=str(tmp_path / "names.txt"), input_size=(28, 28), mean=[0.5], std=[0.5], device="cpu"
    )
    assert model.labels[7] == "seven"
    assert (model.preprocessing.size, model.preprocessing.mean) == ((28, 28), (0.5,))
    assert model.notes == (
        "Its input size, mean, standard deviation were given by hand.",
        "Its class names were given by hand.",
    )
    (tmp_path / "nine.txt").write_text("\n".join("abcdefghi"))
    assert "9 class names were given" in failure("lenet5-mnist", labels=str(tmp_path / "nine.txt"))
    assert "The mean needs 1 numbers" in failure("lenet5-mnist", mean=[0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "\ufeffcat\ndog\r\nemu\n"),
        ("b.json", '["cat", "dog", "emu"]'),
        ("c.json", '{"2": "emu", "0": "cat", "1": "dog"}'),
        ("d.json", '{"cat": 0, "emu": 2, "dog": 1}'),
        ("e.json", '{"0": ["n01", "cat"], "1": ["n02", "dog"], "2": ["n03", "emu"]}'),
        ("f.json", '{"model": "x", "id2label": {"0": "cat", "1": "dog", "2": "emu"}}'),
        ("g.csv", "index,name\n1,dog\n0,cat\n2,emu\n"),
        ("h.csv", "cat,0\ndog,1\nemu,2\n"),
        ("i.csv", "label\ncat\ndog\nemu\n"),
        ("j.csv", "1,cat\n2,dog\n3,emu\n"),
    ],
)
def test_files_of_class_names(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert read_labels(tmp_path / name) == ("cat", "dog", "emu")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{"),
        ("b.json", b"3"),
        ("c.json", b'{"0": "cat", "5": "dog"}'),
        ("d.txt", b"\n\n"),
        ("e.txt", b"\xff\xfe\x80"),
        ("f.csv", b""),
    ],
)
def test_class_names_that_cannot_be_read(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert name in failure("lenet5-mnist", labels=str(tmp_path / name))
    assert "There is no file" in failure("lenet5-mnist", labels=str(tmp_path / "gone.txt"))


CODE = """
import helper_beside
from torch import nn

def make(num_classes=4):
    return nn.Sequential(nn.Conv2d(1, helper_beside.WIDTH, 3), nn.Flatten(), nn.Linear(2 * 26 * 26, num_classes))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 1)

    def forward(self, x):
        return self.conv(x).mean((2, 3))

ready = make(3)

def fails():
    raise RuntimeError("no luck")

def gives_text():
    return "text"
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "helper_beside.py").write_text("WIDTH = 2\n")
    (tmp_path / "net.py").write_text(CODE)
    return tmp_path / "net.py"


def test_code_of_the_user_runs_only_when_trusted(tmp_path: Path, home: Path) -> None:
    (tmp_path / "net.py").write_text(f"open({str(home / 'executed')!r}, 'w').close()\n")
    assert "add --trust" in failure(f"{tmp_path / 'net.py'}:make")
    torch.save({"0.weight": torch.ones(1)}, tmp_path / "w.pt")
    assert "add --trust" in failure(tmp_path / "w.pt", arch=f"{tmp_path / 'net.py'}:make")
    assert not (home / "executed").exists()


def test_code_of_the_user_as_architecture_and_as_model(code: Path, tmp_path: Path) -> None:
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 26 * 26, 7)).eval()
    torch.save({f"module.{k}": v for k, v in module.state_dict().items()}, tmp_path / "w.pt")
    model = load_model(str(tmp_path / "w.pt"), arch=f"{code}:make", trust=True, device="cpu")
    assert same(model, module)
    assert model.preprocessing.mode == "L"
    assert model.preprocessing.guessed
    net = load_model(f"{code}:Net", trust=True, device="cpu")
    assert net.preprocessing.mode == "RGB"
    assert net.module(torch.rand(1, 3, 8, 8)).shape == (1, 5)
    ready = load_model(f"{code}:ready", trust=True, device="cpu")
    assert ready.module[2].out_features == 3  # type: ignore[index, union-attr]


def test_tied_parameters_stay_tied(tmp_path: Path) -> None:
    (tmp_path / "tied.py").write_text(
        "from torch import nn\n"
        "def make():\n"
        "    net = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1))\n"
        "    net[1].weight = net[0].weight\n"
        "    return net\n"
    )
    one = {"weight": torch.full((3, 3, 1, 1), 2.0), "bias": torch.zeros(3)}
    torch.save({f"{i}.{key}": tensor for i in (0, 1) for key, tensor in one.items()}, tmp_path / "w.pt")
    model = load_model(str(tmp_path / "w.pt"), arch=f"{tmp_path / 'tied.py'}:make", trust=True, device="cpu")
    assert model.parameters == 9 + 3 + 3


def test_code_of_the_user_that_goes_wrong(code: Path, tmp_path: Path) -> None:
    assert "RuntimeError: no luck" in failure(f"{code}:fails", trust=True)
    assert "gives a str" in failure(f"{code}:gives_text", trust=True)
    assert "it has make, Net" in failure(f"{code}:Nett", trust=True)
    assert "There is no file" in failure(f"{tmp_path / 'gone.py'}:make", trust=True)
    (tmp_path / "broken.py").write_text("def make(:\n")
    assert "SyntaxError" in failure(f"{tmp_path / 'broken.py'}:make", trust=True)


def test_bundled_weights_open_as_a_file_too() -> None:
    file = resources() / "models" / "lenet5-mnist.safetensors"
    model = load_model(str(file), device="cpu")
    assert same(model, load_model("lenet5-mnist", device="cpu").module)


class Unknown(nn.Module):
    """A class that is gone when its pickle is read."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.Tanh(), nn.AvgPool2d(2))
        self.head = nn.Linear(196, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x).flatten(1))  # type: ignore[no-any-return]


@pytest.mark.parametrize("legacy", [False, True])
def test_a_whole_network_without_its_class_is_put_together_from_its_parts(tmp_path: Path, legacy: bool) -> None:
    torch.manual_seed(0)
    net = Unknown().eval()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old files keep the source of a class, where there is one
        patch.setitem(sys.modules, Unknown.__module__, sys.modules.get(Unknown.__module__) or ModuleType("gone"))
        patch.setattr(sys.modules[Unknown.__module__], "Unknown", Unknown, raising=False)
        torch.save({"model": net}, tmp_path / "whole.pt", _use_new_zipfile_serialization=not legacy)
    model = load_model(str(tmp_path / "whole.pt"), device="cpu")
    assert same(model, net)
    assert "whole network with code of its own" in " ".join(model.notes)
    assert "0/s2/p1 tanh avg2" in " ".join(model.notes)
