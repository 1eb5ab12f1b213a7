"""TorchScript, exported programs and ONNX: the same numbers as the network that they were made of, and every record."""

from __future__ import annotations

import os
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models

import cnnviz
from cnnviz import load_model
from cnnviz.core.errors import ModelError
from cnnviz.core.onnx.proto import read_graph

X = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.fixture(autouse=True)
def _old_ways() -> Iterator[None]:
    """PyTorch says that TorchScript will go one day; people's files stay."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Branches(nn.Module):
    """In-place activations, a module that runs twice, a condition, a loop, a list."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.again = nn.Conv2d(8, 8, 3, padding=1, groups=2)
        self.norm = nn.BatchNorm2d(8)
        self.act = nn.ReLU6(inplace=True)
        self.fc = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.act(self.norm(self.conv(x)))
        for _ in range(2):
            x = self.act(self.again(x)) + x
        if x.dim() == 4:
            x = F.max_pool2d(x, 2)
        parts = [F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1)]
        return F.log_softmax(self.fc(torch.cat(parts, 1).flatten(1)), dim=1)


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    net = Branches()
    net(torch.rand(8, 3, 32, 32))
    return net.eval()


def same(file: Path, net: nn.Module, x: Tensor = X) -> cnnviz.core.model.Model:  # type: ignore[name-defined]
    model = load_model(str(file), device="cpu")
    with torch.no_grad():
        assert torch.allclose(model.module(x), net(x), atol=1e-5)
    return model


@pytest.mark.parametrize("how", ["script", "trace", "freeze"])
def test_torchscript_with_all_intermediate_values(tmp_path: Path, net: nn.Module, how: str) -> None:
    scripted = torch.jit.trace(net, X) if how == "trace" else torch.jit.script(net)
    torch.jit.save(torch.jit.freeze(scripted) if how == "freeze" else scripted, tmp_path / "net.pt")
    model = same(tmp_path / "net.pt", net)
    own, found = cnnviz.trace(net, X[:1]), cnnviz.trace(model, X[:1])
    if how == "freeze":  # the norm went into the convolution
        assert "conv2d" in {record.op for record in found.records}
        return
    computing = [r.op for r in own.records if r.op not in ("to", "detach")]
    assert [r.op for r in found.records] == computing
    assert found["again", 1].module is not None
    assert torch.allclose(found["again", 1].output, own["again", 1].output, atol=1e-6)


def test_torchscript_of_torchvision_has_its_names(tmp_path: Path) -> None:
    net = models.resnet18(num_classes=10).eval()
    torch.jit.save(torch.jit.script(net), tmp_path / "net.pt")
    model = same(tmp_path / "net.pt", net)
    keys = [record.key for record in cnnviz.trace(net, X[:1]).records]
    assert [record.key for record in cnnviz.trace(model, X[:1]).records] == keys


def test_torchscript_that_would_write_a_file(tmp_path: Path) -> None:
    class Writes(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x

    torch.jit.save(torch.jit.script(Writes()), tmp_path / "net.pt")
    with zipfile.ZipFile(tmp_path / "net.pt") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    code = next(name for name in entries if name.endswith(".py"))
    for line in (
        f'torch.save(x, "{tmp_path}/executed")',
        f'ops.evil.run("{tmp_path}")',
        "torch.from_file('/etc/passwd')",
    ):
        with zipfile.ZipFile(tmp_path / "bad.pt", "w") as archive:
            for name, content in entries.items():
                archive.writestr(name, content + f"\n    _ = {line}\n".encode() if name == code else content)
        with pytest.raises(ModelError, match="which no network needs"):
            load_model(str(tmp_path / "bad.pt"))
    assert not (tmp_path / "executed").exists()


def test_an_exported_program(tmp_path: Path, net: nn.Module) -> None:
    torch.export.save(torch.export.export(net, (X[:1],)), tmp_path / "net.pt2")
    model = same(tmp_path / "net.pt2", net)
    found = [r.op for r in cnnviz.trace(model, X[:1]).records]
    assert found.count("conv2d") == 3
    assert model.preprocessing.size == (32, 32)


def test_exported_programs_that_would_run_something(tmp_path: Path, net: nn.Module) -> None:
    torch.export.save(torch.export.export(net, (X[:1],)), tmp_path / "net.pt2")
    with zipfile.ZipFile(tmp_path / "net.pt2") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    graph = next(name for name in entries if "/models/" in name)
    sample = next(name for name in entries if "sample_inputs" in name)

    class Call:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "executed"),)

    torch.save(Call(), tmp_path / "call.pt")
    attacks = {
        "made to do harm": {sample: (tmp_path / "call.pt").read_bytes()},
        "only names of layers": {graph: entries[graph].replace(b"torch.ops.aten.relu6", b"torch.os.system")
                                 .replace(b"torch.ops.aten.hardtanh_.default", b"torch.os.system")},
        "no exported network needs": {sample.replace("sample_inputs/", "constants/custom_obj_"): b"x"},
    }  # fmt: skip
    for said, changed in attacks.items():
        with zipfile.ZipFile(tmp_path / "bad.pt2", "w") as archive:
            for name, content in (entries | changed).items():
                archive.writestr(name, content)
        with pytest.raises(ModelError, match=said):
            load_model(str(tmp_path / "bad.pt2"))
    assert not (tmp_path / "executed").exists()


onnx = pytest.importorskip("onnx", reason="needs the extra onnx to write such files")


def exported(net: nn.Module, file: Path, x: Tensor = X[:1]) -> Path:
    torch.onnx.export(net, (x,), str(file), dynamo=False)
    return file


def test_onnx_is_the_same_as_the_network(tmp_path: Path, net: nn.Module) -> None:
    model = same(exported(net, tmp_path / "net.onnx"), net)  # two pictures, though it was exported for one
    found = cnnviz.trace(model, X[:1])
    assert [r.op for r in found.records].count("conv2d") == 3
    assert model.preprocessing.size == (32, 32)


@pytest.mark.parametrize("name", ["squeezenet1_1", "mobilenet_v3_small", "shufflenet_v2_x0_5"])
def test_onnx_of_torchvision_as_another_runtime_computes_it(tmp_path: Path, name: str) -> None:
    runtime = pytest.importorskip("onnxruntime", reason="needs onnxruntime as an oracle")
    net = models.get_model(name, num_classes=12).eval()
    x = torch.rand(1, 3, 64, 64)
    file = exported(net, tmp_path / "net.onnx", x)
    model = load_model(str(file), device="cpu")
    session = runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    expected = session.run(None, {session.get_inputs()[0].name: x.numpy()})[0]
    with torch.no_grad():
        assert torch.allclose(model.module(x), torch.from_numpy(expected), atol=1e-4)


def _graph(op: str, tmp_path: Path, **attributes: object) -> Path:
    helper = onnx.helper
    value = lambda name: helper.make_tensor_value_info(name, 1, [1, 3, 8, 8])  # noqa: E731
    node = helper.make_node(op, ["x"], ["y"], **attributes)
    model = helper.make_model(helper.make_graph([node], "g", [value("x")], [value("y")]))
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())
    return tmp_path / "net.onnx"


@pytest.mark.parametrize(
    ("op", "said"), [("NonMaxSuppression", "operation NonMaxSuppression"), ("QuantizeLinear", "int8")]
)
def test_onnx_that_is_not_supported_says_why(tmp_path: Path, op: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        load_model(str(_graph(op, tmp_path)))


def test_onnx_that_is_damaged_or_climbs_out(tmp_path: Path, net: nn.Module) -> None:
    file = exported(net, tmp_path / "net.onnx")
    content = file.read_bytes()
    for cut in (0, 7, 100, len(content) // 2, len(content) - 3):
        file.write_bytes(content[:cut])
        with pytest.raises(ModelError, match="empty" if not cut else "damaged"):
            load_model(str(file))
    tensor = onnx.TensorProto(name="w", data_type=1, dims=[1], data_location=1)
    tensor.external_data.add(key="location", value="../../secret")
    node = onnx.helper.make_node("Add", ["x", "w"], ["y"])
    value = onnx.helper.make_tensor_value_info("x", 1, [1, 3, 8, 8])
    graph = onnx.helper.make_graph([node], "g", [value], [onnx.helper.make_tensor_value_info("y", 1, [1])], [tensor])
    with pytest.raises(ModelError, match="outside of its folder"):
        read_graph(memoryview(onnx.helper.make_model(graph).SerializeToString()), tmp_path)


def test_int8_networks_are_refused_with_the_reason(tmp_path: Path) -> None:
    torch.save({"x.scale": torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8)}, tmp_path / "q.pth")
    with pytest.raises(ModelError, match="int8"):
        load_model(str(tmp_path / "q.pth"))
