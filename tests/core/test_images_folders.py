"""Dropped files and folders become a list, and what is left out is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from cnnviz.core.images import expand, label_of


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("digits/3/10.png", "digits/3/2.png", "digits/7/a.PNG", "digits/7/.hidden.png", "digits/.git/x.png"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4)).save(file, "PNG")
    (tmp_path / "digits/readme.md").write_text("text")
    (tmp_path / "empty").mkdir()
    return tmp_path


def names(files: list[str], root: Path) -> list[str]:
    return [str(Path(file).relative_to(root)) for file in files]


def test_folders_are_opened_in_counting_order(tree: Path) -> None:
    files, skipped = expand([tree / "digits"])
    assert names(files, tree) == ["digits/3/2.png", "digits/3/10.png", "digits/7/a.PNG"]
    assert skipped == ["digits: 1 file that is no picture left out (readme.md)."]


def test_empty_folder_missing_file_and_text_are_explained_and_the_rest_goes_on(tree: Path) -> None:
    (tree / "notes.txt").write_text("hello")
    Image.new("L", (3, 3)).save(tree / "picture.of.mine", "PNG")
    given = [tree / "empty", tree / "gone.png", tree / "notes.txt", tree / "picture.of.mine", tree / "digits/3/2.png"]
    files, skipped = expand(map(str, given))
    assert names(files, tree) == ["picture.of.mine", "digits/3/2.png"]
    assert skipped == [
        "empty holds no pictures.",
        "There is no file gone.png: it was moved, renamed or deleted.",
        "notes.txt is not a picture: it holds text.",
    ]


def test_a_folder_without_pictures_says_what_was_in_it(tree: Path) -> None:
    for i in range(3):
        (tree / "empty" / f"{i}.txt").write_text("x")
    (sentence,) = expand([tree / "empty"])[1]
    assert sentence.startswith("empty holds no pictures, 3 files that are no pictures left out (")


def test_each_file_comes_once(tree: Path) -> None:
    files, _ = expand([tree / "digits/7/a.PNG", tree / "digits", tree / "digits"])
    assert names(files, tree) == ["digits/7/a.PNG", "digits/3/2.png", "digits/3/10.png"]


def test_links_in_a_circle_end(tree: Path) -> None:
    (tree / "digits/3/again").symlink_to(tree / "digits")
    files, _ = expand([tree / "digits"])
    assert len(files) == 3


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_a_folder_that_may_not_be_opened(tree: Path) -> None:
    for folder in (tree, *(f for f in tree.parents if f.name.startswith(("pytest-", "popen-")))):  # pytest's own
        folder.chmod(0o755)
    (tree / "digits/7").chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        files, skipped = expand([tree / "digits"])
    finally:
        if root:
            os.seteuid(0)
        (tree / "digits/7").chmod(0o755)
    assert len(files) == 2
    assert "1 folder may not be opened (7)" in skipped[0]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="becomes somebody else")
def test_a_picture_in_a_folder_that_may_not_be_entered(tree: Path) -> None:
    picture = next((tree / "digits/7").iterdir())
    (tree / "digits/7").chmod(0)
    os.seteuid(65534)
    try:
        files, skipped = expand([picture])
    finally:
        os.seteuid(0)
        (tree / "digits/7").chmod(0o755)
    assert files == []
    assert len(skipped) == 1


def test_labels_are_the_names_of_folders() -> None:
    assert label_of("/data/digits/7/a.png") == "7"
    assert label_of("/data/holiday/a.png", ["cat", "dog"]) is None
    assert label_of("/data/Sea_Lion/a.png", ["cat", "sea lion"]) == "sea lion"
    assert label_of("a.png") is None
