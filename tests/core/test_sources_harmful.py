"""Files that were made to do harm, or that broke: refused with a sentence, at once, with nothing executed."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from cnnviz import load_model
from cnnviz.core.architectures import lenet5
from cnnviz.core.errors import ModelError
from cnnviz.core.pickles import Foreign, read_pickle
from cnnviz.core.weights import opened_model


@pytest.fixture(autouse=True, scope="module")
def _imported() -> None:
    """What has to be imported once is not what is timed."""
    load_model("lenet5-mnist", device="cpu")


@contextmanager
def quick_and_small() -> Iterator[None]:
    """Within a second, and with less than 32 MB of Python's memory."""
    tracemalloc.start()
    start = time.process_time()
    yield
    seconds, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 1
    assert peak < 32 << 20


def refused(path: Path) -> str:
    with quick_and_small(), pytest.raises(ModelError) as caught:
        load_model(str(path), trust=True)
    said = str(caught.value)
    assert "\n" not in said
    assert said[-1] in ".?"
    assert path.name in said
    return said


class Call:
    """An object that calls something when it is unpickled."""

    def __init__(self, function: object, *args: object) -> None:
        self.call = function, args

    def __reduce__(self) -> tuple[object, ...]:
        return self.call


@pytest.fixture
def touched(home: Path) -> Path:
    return home / "executed"


def attacks(touched: Path) -> list[Call]:
    text = f"open({str(touched)!r}, 'w').close()"
    return [
        Call(os.system, f"touch {touched}"),
        Call(exec, text),
        Call(eval, text),
        Call(os.mkdir, str(touched)),
        Call(pickle.loads, pickle.dumps(Call(os.mkdir, str(touched)))),
    ]


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("how", ["zip", "legacy", "bare"])
def test_pickles_that_would_run_something(tmp_path: Path, touched: Path, kind: int, how: str) -> None:
    content = {"state_dict": lenet5().state_dict(), "x": attacks(touched)[kind]}
    file = tmp_path / "bad.pt"
    if how == "bare":
        file.write_bytes(pickle.dumps(content))
    else:
        torch.save(content, file, _use_new_zipfile_serialization=how == "zip")
    assert "made to do harm" in refused(file)
    assert not touched.exists()


def test_what_would_be_imported_and_called_is_listed(touched: Path) -> None:
    read = read_pickle(pickle.dumps({"a": Call(os.mkdir, str(touched)), "b": [1, (2.5, None, True, b"x", "ü")]}))
    assert read.imports == read.calls == ("posix.mkdir",)
    assert isinstance(read.content["a"], Foreign)
    assert read.content["a"].args == (str(touched),)
    assert read.content["b"] == [1, (2.5, None, True, b"x", "ü")]
    assert not touched.exists()


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_is_read_as_python_reads_it(protocol: int) -> None:
    content = [{"k": (1, -5, 2**70, 1e300), "l": [], "s": "é" * 300, "t": ()}, b"\0" * 300, 3.5, False, {}]
    content.append(content[0])  # type: ignore[arg-type]
    found = read_pickle(pickle.dumps(content, protocol)).content
    assert found == content
    assert found[0] is found[-1]


def test_a_lie_about_a_length_takes_no_memory(tmp_path: Path) -> None:
    for number, lie in enumerate(
        (b"\x8d" + struct.pack("<Q", 1 << 40), b"\x8b" + struct.pack("<i", 1 << 30), b"T\xff\xff\xff\x7f")
    ):
        file = tmp_path / f"{number}.pth"
        file.write_bytes(b"\x80\x04" + lie + b"x" * 50)
        assert "damaged" in refused(file)


def test_tensors_that_are_larger_than_their_numbers(tmp_path: Path) -> None:
    for shape, stride in (((1 << 20, 1 << 20), (0, 0)), ((4, 1000), (1000, 1)), ((1 << 62, 4), (1, 1))):
        small = torch.ones(8)
        torch.save({"a.weight": small}, tmp_path / "big.pth")
        with zipfile.ZipFile(tmp_path / "big.pth") as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        pickled = io.BytesIO()
        pickler = _Pickler(pickled, shape, stride)
        pickler.dump({"a.weight": small})
        entries["big/data.pkl"] = pickled.getvalue()
        with zipfile.ZipFile(tmp_path / "big.pth", "w") as archive:
            for name, entry in entries.items():
                archive.writestr(name, entry)
        assert "larger than its numbers" in refused(tmp_path / "big.pth")


class _Pickler(pickle.Pickler):
    """Writes a tensor with a shape of ours, as torch would."""

    def __init__(self, file: io.BytesIO, shape: tuple[int, ...], stride: tuple[int, ...]) -> None:
        super().__init__(file, 2)
        self.shape, self.stride = shape, stride

    def reducer_override(self, item: object) -> object:
        if isinstance(item, torch.Tensor):
            args = (_Storage(), 0, self.shape, self.stride, False, {})
            return torch._utils._rebuild_tensor_v2, args  # type: ignore[attr-defined]
        return NotImplemented

    def persistent_id(self, item: object) -> object:
        return ("storage", torch.FloatStorage, "0", "cpu", 8) if isinstance(item, _Storage) else None


class _Storage:
    pass


def test_zip_bombs(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", pickle.dumps({}))
        with archive.open("bomb/data/0", "w", force_zip64=True) as entry:
            for _ in range(40):
                entry.write(bytes(5 << 20))
    assert "zip bomb" in refused(tmp_path / "bomb.pt")


def test_a_path_that_climbs_out_of_the_archive(tmp_path: Path) -> None:
    for name in ("../../evil", "/etc/evil", "a\\..\\..\\evil", "C:/evil"):
        with zipfile.ZipFile(tmp_path / "climb.pt", "w") as archive:
            archive.writestr("net/data.pkl", pickle.dumps({}))
            archive.writestr(name, "x")
        assert "climbs out" in refused(tmp_path / "climb.pt")
    assert not (tmp_path.parent / "evil").exists()


def safetensors(path: Path, header: object, numbers: bytes = b"") -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + numbers)
    return path


def test_safetensors_that_lie(tmp_path: Path) -> None:
    huge = {"dtype": "F32", "shape": [50_000_000_000], "data_offsets": [0, 200_000_000_000]}
    file = tmp_path / "a.safetensors"
    assert "damaged" in refused(safetensors(file, {"w.weight": huge}, bytes(64)))
    assert "damaged" in refused(
        safetensors(file, {"w": {"dtype": "F32", "shape": [9], "data_offsets": [0, 16]}}, bytes(16))
    )
    assert "damaged" in refused(
        safetensors(file, {"w": {"dtype": "F32", "shape": [-4], "data_offsets": [0, 16]}}, bytes(16))
    )
    assert "damaged" in refused(
        safetensors(file, {"w": {"dtype": "X", "shape": [4], "data_offsets": [0, 16]}}, bytes(16))
    )
    assert "damaged" in refused(safetensors(file, b"[" * 100_000))
    assert "damaged" in refused(safetensors(file, b"not json at all"))
    file.write_bytes((200 << 30).to_bytes(8, "little") + b"{}" + bytes(50))
    assert "damaged" in refused(file)


def test_links_that_lead_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.pt").symlink_to(tmp_path / "b.pt")
    (tmp_path / "b.pt").symlink_to(tmp_path / "a.pt")
    assert "leads nowhere" in refused(tmp_path / "a.pt")


def test_what_never_ends_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    assert "no file" in refused(tmp_path / "pipe.pt")


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "net.pth"
    torch.save(lenet5().state_dict(), file)
    with pytest.raises(ModelError, match="changed while it was read"), opened_model(file):
        file.write_bytes(file.read_bytes() + b"more")


def test_truncated_archives(tmp_path: Path) -> None:
    torch.save(lenet5().state_dict(), tmp_path / "whole.pt")
    content = (tmp_path / "whole.pt").read_bytes()
    for share in (0.1, 0.5, 0.999):
        (tmp_path / "cut.pt").write_bytes(content[: int(len(content) * share)])
        assert "damaged" in refused(tmp_path / "cut.pt")
