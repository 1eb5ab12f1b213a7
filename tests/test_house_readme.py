"""What the README shows works as it is shown."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from cnnviz import cli, paths

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which the README's paths exist, and its files may be written."""
    shutil.copytree(paths.resources() / "samples", tmp_path / "resources" / "samples")
    monkeypatch.chdir(tmp_path)


def test_python_examples(capsys: pytest.CaptureFixture[str]):
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(examples) == 2
    exec("\n".join(examples), {})
    assert capsys.readouterr().out.splitlines()[3] == "3 conv2d (16, 10, 10)"
    assert Path("maps.pdf").exists()


def test_console_examples(capsys: pytest.CaptureFixture[str]):
    (console,) = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    examples = re.findall(r"^\$ cnnviz (.*)\n((?:[^$\n].*\n)*)", console, re.MULTILINE)
    assert len(examples) == 3
    for command, shown in examples:
        assert cli.run(shlex.split(command)) == 0
        said = capsys.readouterr().out
        assert _without_times(said) == _without_times(shown)


def _without_times(text: str) -> list[str]:
    """Lines of text, without what differs from machine to machine: time, device, the separator of folders."""
    text = re.sub(r" on .*?, [\d.]+ ms\)", ")", text).replace("\\", "/")
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_pictures_exist():
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file()
