"""What goes wrong while a file is written: nothing half-written is left, nothing old is destroyed, one sentence."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import cnnviz
from cnnviz import paths
from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import Trace
from cnnviz.export import export, export_pass, formats
from cnnviz.figure import Figure, Table

SEVEN = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"
ROWS = tuple((f"layer {hashlib.sha256(bytes([i])).hexdigest()}", i) for i in range(60))
TABLE = Figure("table", "Title", "", (Table(("layer", "size"), ROWS),))

Write = Callable[[Path], Path]


@pytest.fixture(scope="module")
def traced() -> Trace:
    return cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), SEVEN)


@pytest.fixture(params=[*formats(), *(f"{suffix} of a pass" for suffix in ("npz", "safetensors", "h5", "zarr.zip"))])
def write(request: pytest.FixtureRequest, traced: Trace) -> tuple[str, Write]:
    """A suffix, and what writes such a file."""
    suffix = request.param.removesuffix(" of a pass")
    if suffix == request.param:
        return suffix, lambda path: export(TABLE, path)
    return suffix, lambda path: export_pass(traced, path)


def failed(write: Write, path: Path) -> str:
    """The sentence; what was there before is there as it was, and nothing else."""
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()} if path.parent.is_dir() else {}
    with pytest.raises(CnnvizError) as caught:
        write(path)
    if path.parent.is_dir():
        assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_the_folder_is_gone(write: tuple[str, Write], tmp_path: Path):
    suffix, make = write
    assert "There is no folder" in failed(make, tmp_path / "gone" / f"a.{suffix}")


def test_a_file_that_is_open_elsewhere(write: tuple[str, Write], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    suffix, make = write
    old = tmp_path / f"a.{suffix}"
    old.write_bytes(b"old")

    def refuse(source: object, target: object) -> None:  # as Windows does
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    monkeypatch.setattr(os, "replace", refuse)
    assert "another program has it open" in failed(make, old)


def test_no_permission(write: tuple[str, Write], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import tempfile

    suffix, make = write

    def refuse(*args: object, **kwargs: object) -> tuple[int, str]:  # root may write everywhere
        raise PermissionError(13, "Permission denied")

    (tmp_path / f"a.{suffix}").write_bytes(b"old")
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "mkstemp", refuse)
        assert "there is no permission" in failed(make, tmp_path / f"a.{suffix}")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can have more than 2,000 bytes."""
    resource = pytest.importorskip("resource")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_the_disk_is_full(write: tuple[str, Write], tmp_path: Path):
    suffix, make = write
    make(tmp_path / f"warm.{suffix}").unlink()  # what libraries keep on the disk is there now
    old = tmp_path / f"a.{suffix}"
    old.write_bytes(b"old")

    def fill(path: Path) -> Path:
        with full_disk():
            return make(path)

    assert "the disk is full" in failed(fill, old)
