"""The command line itself: what it understands, what it answers when something goes wrong."""

from __future__ import annotations

import argparse
import logging
import logging.handlers
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cnnviz
from cnnviz import cli, commands, log
from cnnviz.core.errors import CnnvizError
from cnnviz.request import ModelRequest


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch):
    """A command of the test's own among the others: ``cnnviz models`` runs the given function."""

    def put(function):
        module = type(sys)("cnnviz.commands.models")
        module.run = function
        monkeypatch.setitem(sys.modules, "cnnviz.commands.models", module)

    return put


@pytest.mark.parametrize("words", [["--help"], ["predict", "--help"], ["--version"]])
def test_help_and_version(words: list[str], capsys: pytest.CaptureFixture[str]):
    assert cli.run(words) == 0
    assert "cnnviz" in capsys.readouterr().out.lower()


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    cli.run(["--help"])
    said = capsys.readouterr().out
    files = Path(commands.__file__).parent.glob("*.py")
    for name in {file.stem for file in files} - {"__init__", "common", "export_again", "export_film", "window"}:
        assert f"cnnviz {name} " in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["predict", "--model", "m"], "required: IMAGE"),
        (["predict", "a.png"], "required: --model"),
        (["predict", "a.png", "--model", "m", "--top", "0"], "not a number from 1"),
        (["predict", "a.png", "--model", "m", "--device", "gpu"], "not one of auto, cpu"),
        (["predict", "a.png", "--model", "m", "--colour"], "unrecognized arguments: --colour"),
        (["predict", "a.png", "--mod", "m"], "required: --model"),  # an abbreviation breaks when options are added
        (["inspect", "--model", "m", "--input-size", "28"], "not a size like 224x224"),
        (["inspect", "--model", "m", "--input-size", "0x28"], "not a size like 224x224"),
        (["inspect", "--model", "m", "--mean", "a,b"], "not a list of numbers"),
        (["inspect", "--model", "m", "--std", "0.5,0"], "every number must be more than 0"),
        (["export", "a.png", "--model", "m"], "required: --out"),
        (["export", "a.png", "--model", "m", "--out", "d", "--set", "contrast"], "not OPTION=VALUE"),
        (["--screenshot", "window.jpg"], "does not end in .png"),
        (["--size", "1440"], "not a size like 1440x900"),
        (["predcit", "a.png"], "did you mean: cnnviz predict"),
    ],
)
def test_what_the_parser_rejects_is_2(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert cli.run(words) == 2
    assert said in capsys.readouterr().err


def test_options_become_a_model_request():
    words = "inspect --model net.pt --arch lenet5 --labels l.txt --input-size 28x32 --mean .5 --std .25 --device cuda:1"
    options = cli._parse([*words.split(), "--trust", "--json"])
    assert commands.common.model_request(options) == ModelRequest(
        "net.pt", "lenet5", "l.txt", (28, 32), (0.5,), (0.25,), "cuda:1", trust=True
    )
    assert options.json


def test_pictures_may_stand_before_and_after_the_options():
    options = cli._parse(["predict", "a.png", "--model", "m", "b.png", "--top", "3", "c.png"])
    assert options.images == ["a.png", "b.png", "c.png"]
    options = cli._parse(["a.png", "--model", "m", "b.png"])
    assert (options.command, options.images, options.model) == ("window", ["a.png", "b.png"], "m")


def test_an_expected_failure_is_one_line(command, capsys: pytest.CaptureFixture[str], home: Path):
    def fail(options: argparse.Namespace) -> int:
        raise CnnvizError("The file is\nno model.", "details for the log")

    command(fail)
    assert cli.run(["models"]) == 1
    assert capsys.readouterr() == ("", "cnnviz: The file is no model.\n")
    assert "details for the log" in (home / "logs" / "cnnviz.log").read_text(encoding="utf-8")


def test_an_unexpected_failure_is_one_line_and_the_log_has_the_rest(
    command, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, home: Path
):
    def fail(options: argparse.Namespace) -> int:
        raise ZeroDivisionError("division by zero")

    command(fail)
    assert cli.run(["models"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "ZeroDivisionError: division by zero" in err
    file = home / "logs" / "cnnviz.log"
    assert str(file) in err
    assert "Traceback" in file.read_text(encoding="utf-8")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    caplog.clear()


def test_interrupting_is_no_traceback(command, capsys: pytest.CaptureFixture[str]):
    def interrupt(options: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    command(interrupt)
    assert cli.run(["models"]) == 1
    assert capsys.readouterr().err == "cnnviz: Stopped.\n"


def test_logging_ends_with_the_command(command, home: Path):
    root = logging.getLogger()
    before = list(root.handlers)

    def look(options: argparse.Namespace) -> int:
        assert any(isinstance(h, logging.handlers.RotatingFileHandler) for h in root.handlers)
        logging.getLogger("cnnviz.test").info("süß × 7")
        return 0

    command(look)
    assert cli.run(["models"]) == 0
    assert root.handlers == before
    assert "süß × 7" in (home / "logs" / "cnnviz.log").read_text(encoding="utf-8")


def test_without_a_place_for_the_log_the_app_runs(command, home: Path, capsys: pytest.CaptureFixture[str]):
    (home / "logs").write_text("a file where the folder would be")
    command(lambda options: logging.getLogger("cnnviz.test").warning("lost") or 0)
    assert cli.run(["models"]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_log_does_not_grow_for_ever(home: Path, monkeypatch: pytest.MonkeyPatch):
    with log.logging_to_file():
        for _ in range(60):
            logging.getLogger("cnnviz.test").info("x" * 100_000)
    sizes = [file.stat().st_size for file in (home / "logs").iterdir()]
    assert len(sizes) == 4
    assert max(sizes) < 1_200_000


@pytest.mark.parametrize("start", [["-m", "cnnviz"], ["main.py"]])
def test_ways_to_start(start: list[str]):
    root = Path(cnnviz.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, *start, "--version"], cwd=root, capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"CNNViz {cnnviz.__version__}\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes of that kind")
def test_a_closed_pipe_is_no_error():
    code = (
        "import os, sys; from cnnviz import cli; r, w = os.pipe(); os.close(r); os.dup2(w, 1); "
        "m = type(sys)('cnnviz.commands.models'); m.run = lambda o: print('x' * 9) or 0; "
        "sys.modules['cnnviz.commands.models'] = m; sys.exit(cli.run(['models']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_console_that_knows_only_ascii_is_no_error(command):
    code = (
        "import sys; from cnnviz import cli; "
        "m = type(sys)('cnnviz.commands.models'); m.run = lambda o: print('5×5') or 0; "
        "sys.modules['cnnviz.commands.models'] = m; sys.exit(cli.run(['models']))"
    )
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "5\\xd75\n", "")


def test_who_looks_for_films_is_shown_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["film", "seven.png"]) == 2
    assert "--motion" in capsys.readouterr().err
