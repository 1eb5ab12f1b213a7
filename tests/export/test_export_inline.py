"""In a notebook a figure shows itself, without Qt."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

from PIL import Image

from cnnviz.export import export
from cnnviz.figure import Figure, Note


class Found(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_a_figure_shows_what_is_exported(figure: Figure, tmp_path: Path):
    assert figure._repr_png_() == export(figure, tmp_path / "a.png").read_bytes()


def test_html_is_one_picture_that_loads_nothing():
    figure = Figure("numbers", '<b>"Title"</b>', "a & b", (Note("nothing"),))
    found = Found()
    found.feed(figure._repr_html_())
    ((tag, about),) = found.tags
    assert tag == "img"
    assert about["alt"] == '<b>"Title"</b>: a & b'
    kind, _, data = str(about["src"]).partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.width == 2 * int(str(about["width"]))


def test_no_qt_is_needed():
    code = """
import sys
class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"):
            raise ImportError(name)
sys.meta_path.insert(0, NoQt())
from cnnviz.figure import Figure, Note
print(Figure("numbers", "Title", "", (Note("nothing"),))._repr_png_()[:4], "torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(b"\x89PNG") + " False"
