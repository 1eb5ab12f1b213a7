"""Imports point one way: what does not draw knows no Qt, and what draws first knows no torch."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

import cnnviz

ROOT = Path(cnnviz.__file__).parent.parent
MODULES = [m.name for m in pkgutil.walk_packages(cnnviz.__path__, "cnnviz.") if m.name != "cnnviz.__main__"]
WINDOW = [name for name in MODULES if name == "cnnviz.app" or name.split(".")[1] == "gui"]
FIRST = [
    "cnnviz",
    "cnnviz.request",
    "cnnviz.figure",
    "cnnviz.response",
    "cnnviz.settings",
    "cnnviz.launch",
    "cnnviz.cli",
]


def run(code: str, **environment: str) -> str:
    """What a fresh Python prints; it fails the test when it fails."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_but_the_window_works_where_qt_cannot_be_imported():
    rest = sorted(set(MODULES) - set(WINDOW))
    assert "cnnviz.core.trace" in rest
    run(f"""
        import importlib, sys
        class NoQt:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {{"PySide6", "shiboken6", "pyqtgraph", "superqt", "qtpy"}}:
                    raise ImportError(f"{{name}} must not be imported here")
        sys.meta_path.insert(0, NoQt())
        for name in {rest}:
            importlib.import_module(name)
    """)


def test_the_window_is_imported_without_torch():
    imported = run(f"""
        import importlib, sys
        for name in {FIRST + WINDOW}:
            importlib.import_module(name)
            if "torch" in sys.modules:
                print(name)
                break
    """)
    assert imported == ""


def test_torchvision_is_imported_only_for_its_models():
    rest = sorted(set(MODULES) - set(WINDOW))
    imported = run(f"""
        import importlib, sys
        for name in {rest}:
            importlib.import_module(name)
            if "torchvision" in sys.modules:
                print(name)
                break
        import cnnviz
        cnnviz.load_model("lenet5-mnist")
        print("torchvision" in sys.modules)
    """)
    assert imported == "False\n"


def test_public_names():
    assert set(cnnviz.__all__) >= {"load_model", "trace", "view", "export", "__version__"}
    for name in cnnviz.__all__:
        assert name == "__version__" or callable(getattr(cnnviz, name))
        assert name in dir(cnnviz)
    with pytest.raises(AttributeError, match="no attribute 'tracer'"):
        _ = cnnviz.tracer


def test_the_package_export_does_not_hide_the_function_export():
    assert run("import cnnviz.export; print(callable(cnnviz.export))") == "True\n"
    assert (
        run("import cnnviz; cnnviz.export; from cnnviz.export import formats; print(callable(cnnviz.export))")
        == "True\n"
    )


def test_a_wheel_has_everything_inside(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    code = "import cnnviz, cnnviz.paths; print(cnnviz.__file__); print(cnnviz.load_model('lenet5-mnist').title)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith("COV")} | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(unpacked / "cnnviz" / "__init__.py"), "LeNet-5"]
    kept = {
        str(file.relative_to(unpacked / "cnnviz" / "resources"))
        for file in (unpacked / "cnnviz").glob("resources/**/*")
    }
    assert kept >= {str(f.relative_to(ROOT / "resources")) for f in (ROOT / "resources").glob("**/*") if f.is_file()}
