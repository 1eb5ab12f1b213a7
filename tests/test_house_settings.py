from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from cnnviz import settings
from cnnviz.request import ModelRequest
from cnnviz.settings import RECENT, Settings


@pytest.fixture
def file(home: Path) -> Path:
    folder = home / "config"
    folder.mkdir()
    return folder / "settings.json"


def test_without_a_file_the_defaults_hold(home: Path):
    assert settings.load() == (Settings(), "")


def test_what_is_saved_is_loaded(home: Path):
    model = ModelRequest("net.pt", arch="lenet5", input_size=(28, 28), mean=(0.5,), std=(0.25,))
    chosen = Settings(theme="dark", interface_scale=1.25, top_k=8, recent_models=(model,), recent_images=("süß 7.png",))
    assert settings.save(chosen) == ""
    assert settings.load() == (chosen, "")


def test_only_what_differs_is_saved(file: Path):
    settings.save(Settings(theme="light", recent_models=(ModelRequest("resnet18"),)))
    assert json.loads(file.read_text(encoding="utf-8")) == {"theme": "light", "recent_models": [{"name": "resnet18"}]}
    assert [f.name for f in file.parent.iterdir()] == ["settings.json"]  # nothing is left beside it


def test_settings_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Settings().theme = "dark"  # type: ignore[misc]


@pytest.mark.parametrize("text", ["{", "[1, 2]", '"dark"', "\ufffd", ""])
def test_a_broken_file_is_kept_aside(file: Path, text: str):
    file.write_text(text, encoding="utf-8")
    loaded, sentence = settings.load()
    assert loaded == Settings()
    assert "defaults" in sentence
    assert "settings.broken.json" in sentence
    assert file.with_name("settings.broken.json").read_text(encoding="utf-8") == text
    assert settings.load() == (Settings(), "")  # said once


def test_a_broken_file_that_cannot_be_moved_does_no_harm(file: Path):
    file.write_text("{")
    (file.with_name("settings.broken.json") / "in the way").mkdir(parents=True)
    loaded, sentence = settings.load()
    assert loaded == Settings()
    assert "defaults" in sentence


def test_broken_utf8_is_kept_aside(file: Path):
    file.write_bytes(b'{"theme": "\xff"}')
    assert settings.load()[0] == Settings()
    assert file.with_name("settings.broken.json").exists()


def test_one_bad_value_does_not_spoil_the_others(file: Path):
    file.write_text('{"theme": "pink", "top_k": 7, "from_a_later_version": 1}', encoding="utf-8")
    loaded, sentence = settings.load()
    assert loaded == Settings(top_k=7)
    assert sentence == (
        "The defaults are used where the saved settings are not valid: theme is one of auto, light, dark, not 'pink'."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("top_k", 0),
        ("top_k", 2.5),
        ("top_k", True),
        ("interface_scale", "big"),
        ("interface_scale", 9.0),
        ("memory_budget", float("nan")),
        ("theme", 3),
        ("recent_images", "seven.png"),
        ("recent_images", (3,)),
        ("recent_models", ("lenet5-mnist",)),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: object):
    with pytest.raises(ValueError, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("entry", ['"lenet5-mnist"', '{"arch": "lenet5"}', '{"name": "a", "colour": 1}', "5"])
def test_bad_recent_models_are_dropped(file: Path, entry: str):
    file.write_text(f'{{"recent_models": [{entry}], "theme": "dark"}}', encoding="utf-8")
    loaded, sentence = settings.load()
    assert loaded == Settings(theme="dark")
    assert sentence


def test_whole_numbers_are_fine_where_fractions_are():
    assert Settings(memory_budget=1).budget_bytes == 2**30


def test_recent_things_come_first_and_once():
    chosen = Settings()
    for name in ("a", "b", "a"):
        chosen = chosen.opened(ModelRequest(name, trust=True), (f"{name}.png", "same.png"))
    assert chosen.recent_models == (ModelRequest("a"), ModelRequest("b"))  # consent to run code is not remembered
    assert chosen.recent_images == ("a.png", "same.png", "b.png")
    many = chosen.opened(images=tuple(str(i) for i in range(50)))
    assert len(many.recent_images) == RECENT
    again = many.opened(ModelRequest("b", mean=(0.5,), labels="mnist"))
    assert again.recent_models == (ModelRequest("b", mean=(0.5,), labels="mnist"), ModelRequest("a"))
    assert many.recent_models == chosen.recent_models


def test_a_folder_that_cannot_be_written_is_a_sentence(file: Path):
    file.mkdir()
    assert str(file) in settings.save(Settings(theme="dark"))
    assert [f.name for f in file.parent.iterdir()] == ["settings.json"]
    assert str(file) in settings.load()[1]
