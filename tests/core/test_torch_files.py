"""Files of torch.save, byte by byte: archives of today, files of before 2020, other byte orders, and damage."""

from __future__ import annotations

import io
import pickle
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz import load_model
from cnnviz.core.errors import ModelError
from cnnviz.core.storages import Described
from cnnviz.core.torch_files import MAGIC, Bounded, load_bytes, open_archive, read_legacy, read_zip


def archive(*entries: tuple[str, bytes], compress: int = zipfile.ZIP_STORED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compress) as zipped:
        for name, content in entries:
            zipped.writestr(name, content)
    file.seek(0)
    return file


def saved(content: object, legacy: bool = False) -> io.BytesIO:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=not legacy)
    file.seek(0)
    return file


def values(described: object) -> torch.Tensor:
    assert isinstance(described, Described)
    return described.tensor()


def test_the_other_byte_order_is_turned() -> None:
    x = torch.tensor([1.5, -2.0, 3.25])
    source = open_archive(saved({"x": x}))
    entries = [(f"net/{name}", source.read(name)) for name in source.entries]
    other = b"big" if sys.byteorder == "little" else b"little"
    turned = {"net/byteorder": other, "net/data/0": x.numpy().astype(np.dtype(np.float32).newbyteorder("S")).tobytes()}
    read = read_zip(open_archive(archive(*((name, turned.get(name, content)) for name, content in entries))))
    assert torch.equal(values(read.content["x"]), x)
    turned["net/data/0"] = turned["net/data/0"][:-1]
    cut = read_zip(open_archive(archive(*((name, turned.get(name, content)) for name, content in entries))))
    with pytest.raises(ModelError, match="damaged"):
        values(cut.content["x"])


def test_a_compressed_archive_is_read_too() -> None:
    source = open_archive(saved({"x": torch.arange(64.0)}))
    packed = archive(*((f"a/{n}", source.read(n)) for n in source.entries), compress=zipfile.ZIP_DEFLATED)
    assert torch.equal(values(read_zip(open_archive(packed)).content["x"]), torch.arange(64.0))


def test_damage_inside_a_compressed_archive_is_a_sentence(tmp_path: Path) -> None:
    packed = archive(("a/data.pkl", pickle.dumps(list(range(400)))), ("a/b", b""), compress=zipfile.ZIP_DEFLATED)
    content = bytearray(packed.getvalue())
    content[50:70] = b"\xff" * 20
    (tmp_path / "net.pt").write_bytes(content)
    with pytest.raises(ModelError, match="damaged or cut off"):
        load_model(str(tmp_path / "net.pt"))


def test_headers_and_entries_that_are_not_there() -> None:
    opened = open_archive(archive(("a/data.pkl", b"\x80\x02N."), ("a/x", b"123")))
    with pytest.raises(ModelError, match="damaged"):
        opened.read("data/7")
    with pytest.raises(ModelError, match="too large"):
        opened.read("x", limit=2)
    opened.entries["x"].header_offset = 1
    with pytest.raises(ModelError, match="damaged"):
        opened.bytes_of("x")
    with pytest.raises(ModelError, match="damaged"):
        open_archive(io.BytesIO(b"PK\3\4 and nothing more"))


def test_a_locked_archive() -> None:
    content = bytearray(archive(("a/data.pkl", b"N.")).getvalue())
    at = content.rindex(b"PK\1\2")
    content[at + 8] |= 1
    with pytest.raises(ModelError, match="password"):
        open_archive(io.BytesIO(bytes(content)))


def test_a_storage_that_is_shorter_than_it_says() -> None:
    source = open_archive(saved({"x": torch.arange(8.0)}))
    entries = [(f"a/{n}", source.read(n)[:4] if n == "data/0" else source.read(n)) for n in source.entries]
    with pytest.raises(ModelError, match="damaged"):
        values(read_zip(open_archive(archive(*entries))).content["x"])


def test_old_files_share_storages_and_cut_views_out_of_them() -> None:
    whole = torch.arange(12.0)
    read = read_legacy(saved({"whole": whole, "view": whole[4:8].view(2, 2)}, legacy=True))
    assert torch.equal(values(read.content["view"]), torch.tensor([[4.0, 5.0], [6.0, 7.0]]))
    assert read.content["view"].storage.values() is read.content["whole"].storage.values()


def legacy(version: int = 1001, pid: object = None, keys: list[str] | None = None, tail: bytes = b"") -> io.BytesIO:
    """A file as torch wrote it before 1.6, with a persistent id of one's own."""

    class Own(pickle.Pickler):
        def persistent_id(self, thing: object) -> object:
            return pid if isinstance(thing, _Storage) else None

    main = io.BytesIO()
    Own(main, 2).dump(_Storage())
    parts = (MAGIC, version, {"little_endian": True})
    head = b"".join(pickle.dumps(part, 2) for part in parts)
    return io.BytesIO(head + main.getvalue() + pickle.dumps(keys or [], 2) + tail)


class _Storage:
    pass


def test_a_view_of_a_storage_as_the_oldest_files_have_it() -> None:
    content = struct.pack("<q4f", 4, 1.0, 2.0, 3.0, 4.0)
    pid = ("storage", torch.FloatStorage, "k", "cpu", 4, ("v", 1, 2))
    part = read_legacy(legacy(pid=pid, keys=["k"], tail=content)).content
    assert part.start == 1
    assert part.values().tolist() == [1.0, 2.0, 3.0, 4.0]


def test_what_is_wrong_with_old_files() -> None:
    pid = ("storage", torch.FloatStorage, "k", "cpu", 4, None)
    with pytest.raises(ModelError, match="version of PyTorch"):
        read_legacy(legacy(version=1000, pid=pid))
    with pytest.raises(ModelError, match="damaged"):  # it says that it has a million numbers
        read_legacy(legacy(pid=pid, keys=["k"], tail=struct.pack("<q", 1_000_000)))
    lost = read_legacy(legacy(pid=pid)).content  # no place is named for its numbers
    with pytest.raises(ModelError, match="damaged"):
        lost.values()
    assert read_legacy(legacy(pid=("odd",))).content is None


def test_a_storage_inside_a_pickle() -> None:
    assert load_bytes("no bytes") is None
    for old in (False, True):
        inner = saved([torch.arange(3.0)], legacy=old).getvalue()
        assert values(load_bytes(inner)[0]).tolist() == [0.0, 1.0, 2.0]


def test_no_more_is_read_than_there_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    with path.open("rb") as file:
        bounded = Bounded(file)
        assert bounded.read(1 << 40) == b"12345"
        for start, count in ((0, 6), (-1, 2), (0, -1)):
            with pytest.raises(ModelError, match="damaged"):
                bounded.numbers(start, count)
        path.write_bytes(b"1")
        with pytest.raises(ModelError, match="damaged"):
            bounded.numbers(0, 5)


def test_whatever_a_strange_file_makes_a_library_raise_is_a_sentence(tmp_path: Path) -> None:
    torch.save({"conv.weight": torch.zeros(0, 3, 3, 3), "fc.weight": torch.zeros(2, 0)}, tmp_path / "net.pt")
    with pytest.raises(ModelError):
        load_model(str(tmp_path / "net.pt"))
