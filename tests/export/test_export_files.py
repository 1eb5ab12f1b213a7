from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from PIL import Image

from cnnviz.core.errors import CnnvizError
from cnnviz.export import base, export, formats
from cnnviz.figure import Figure, Note


@pytest.fixture
def small() -> Figure:
    return Figure("numbers", "Title", "subtitle", (Note("nothing"),))


def names(folder: Path) -> list[str]:
    """What is in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def test_formats_are_found_by_themselves() -> None:
    assert set(formats()) >= {"png", "tif", "tiff", "svg", "pdf", "npz", "csv", "tex", "md"}


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "npz", "safetensors", "h5", "csv"])
def test_every_panel_can_be_written_in_every_format_and_twice_gives_the_same_bytes(
    figure: Figure, suffix: str, tmp_path: Path
) -> None:
    first = export(figure, tmp_path / f"a.{suffix}")
    second = export(figure, tmp_path / f"b.{suffix}")
    assert first == tmp_path / f"a.{suffix}"
    assert first.stat().st_size > 0
    assert first.read_bytes() == second.read_bytes()
    assert names(tmp_path) == [f"a.{suffix}", f"b.{suffix}"]  # nothing is left beside them


def test_sizes_grow_by_whole_factors(small: Figure, tmp_path: Path) -> None:
    sizes = []
    for scale in (1, 2, 3, 4):
        with Image.open(export(small, tmp_path / "a.PNG", scale=scale)) as image:
            sizes.append(image.size)
    assert sizes == [(sizes[0][0] * n, sizes[0][1] * n) for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("a.gif", {}, "no format for 'gif'; a name can end in .csv"),
        ("a", {}, "no format for a name without a suffix"),
        ("a.png", {"scale": 5}, "scale can be 1, 2, 3 or 4; not 5"),
        ("a.png", {"theme": "pink"}, "theme can be light, dark, transparent; not 'pink'"),
        ("missing/a.png", {}, "There is no folder .*missing; make it"),
        ("x" * 300 + ".csv", {}, "too long; choose a shorter one"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(
    small: Figure, tmp_path: Path, name: str, options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(CnnvizError, match=sentence):
        export(small, tmp_path / name, **options)  # type: ignore[arg-type]
    assert names(tmp_path) == []


def test_a_folder_is_not_overwritten(small: Figure, tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(CnnvizError, match="is a folder; choose another name"):
        export(small, tmp_path / "a.csv")
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "a.csv was not written: the disk is full"),
        (errno.EACCES, "there is no permission; choose another place"),
        (errno.EIO, "a.csv cannot be written to .*: Input/output error"),
    ],
)
def test_a_write_that_fails_leaves_the_old_file_as_it_was(
    small: Figure, tmp_path: Path, number: int, sentence: str
) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")

    def fail() -> None:
        with base.replacing(target) as file:
            file.write(b"half of the n")
            raise OSError(number, os.strerror(number))

    with pytest.raises(CnnvizError, match=sentence):
        fail()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.csv"]


def test_an_old_file_keeps_its_permissions_and_a_new_one_has_the_usual_ones(small: Figure, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    export(small, target)
    mask = os.umask(0)
    os.umask(mask)
    assert target.stat().st_mode & 0o777 == 0o666 & ~mask
    target.chmod(0o640)
    export(small, target)
    assert target.stat().st_mode & 0o777 == 0o640
