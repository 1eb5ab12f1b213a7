"""Reports, read again by a parser of HTML, a decoder of pictures and a browser's rules."""

from __future__ import annotations

import base64
import io
import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_pdf import PdfPages
from PIL import Image

import cnnviz
from cnnviz.cli import run
from cnnviz.core.colormaps import lut
from cnnviz.core.errors import CnnvizError
from cnnviz.core.survey.shapes import Finding
from cnnviz.core.trace import Trace
from cnnviz.export.paper import drawing as paper_drawing
from cnnviz.export.paper import width_of
from cnnviz.figure import Architecture
from cnnviz.layout.marks import Words
from cnnviz.paths import resources
from cnnviz.report import drawing, pdf, report, writing
from cnnviz.report.contents import gathered, layers_of, measured

SEVEN = resources() / "samples" / "lenet5-mnist" / "seven.png"


class Read(HTMLParser):
    """Everything that a page refers to, its text, and its cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.references: list[str] = []
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.text = ""
        self.rows: list[list[str]] = []
        self._open: list[str] = []
        self.feed(page)
        assert not self._open, "tags that are never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.references += [
            values[name] or "" for name in ("src", "href", "srcset", "data", "action") if name in values
        ]
        if "id" in values:
            assert values["id"] not in self.ids
            self.ids.add(values["id"] or "")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in ("meta", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "td" in self._open or "th" in self._open:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def traced() -> Trace:
    return cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), SEVEN)


@pytest.fixture(scope="module")
def page(traced: Trace, tmp_path_factory: pytest.TempPathFactory) -> str:
    return report(traced, tmp_path_factory.mktemp("report") / "r.html").read_text("utf-8")


def test_nothing_is_loaded_from_outside(page: str) -> None:
    read = Read(page)
    assert read.references
    inside = [where for where in read.references if where.startswith("#")]
    assert all(where.startswith(("data:image/png;base64,", "#")) for where in read.references)
    assert {where[1:] for where in inside} <= read.ids
    assert not {"link", "iframe", "object", "embed", "form", "base"} & set(read.tags)
    assert not re.search(r"@import|url\(|https?:|fetch\(|XMLHttpRequest|import\(", page)
    assert "default-src 'none'" in page


def test_its_numbers_are_those_of_the_pass(page: str, traced: Trace) -> None:
    read = Read(page)
    rows = {row[1]: row for row in read.rows if len(row) == 9}
    assert rows["3"][2:8] == ["conv2d", "6 × 14 × 14", "16 × 10 × 10", "2,416", "240,000", "14 × 14, stride 2"]
    relu = traced["4"].numpy()
    assert rows["4"][8] == f"{100 * (relu == 0).mean():.0f} %"
    assert "61,706" in read.text
    best = next(row for row in read.rows if row and row[0] == "7" and len(row) == 4)
    assert best[2] == "> 99.9 %"


def test_pixels_are_the_values_through_the_colour_map(page: str, traced: Trace) -> None:
    article = page[page.index('id="layer-3"') : page.index('id="layer-4"')]
    found = re.search(r'data:image/png;base64,([^"]+)"', article)
    assert found is not None
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGBA"))
    assert pixels.shape == (10, 16 * 10 + 15, 4)  # sixteen maps of 10 × 10 beside each other, a pixel between them
    maps = traced["3"].numpy()
    ends = re.findall(r"<span>(−?[\d.]+)</span>", article)
    high = np.abs(maps).max()
    assert float(ends[-1]) == pytest.approx(high, rel=5e-3)
    table = lut("RdBu_r")
    for channel in range(16):
        shown = pixels[:, 11 * channel : 11 * channel + 10]
        expected = table[np.rint((maps[channel] + high) / (2 * high) * 254).astype(int)]
        near = np.abs(shown.astype(int) - expected.astype(int)).max(axis=2)
        assert (near == 0).mean() > 0.97  # a value between two colours may be rounded to either
        assert (pixels[:, 11 * channel + 10 : 11 * channel + 11, 3] == 0).all()


def test_what_is_not_all_shown_is_said(tmp_path: Path) -> None:
    model = cnnviz.load_model("squeezenet1_1:random", input_size=(64, 64), device="cpu")
    text = Read(report(cnnviz.trace(model, SEVEN), tmp_path / "r.html").read_text("utf-8")).text
    assert "32 of 64 maps shown" in text
    assert "256 of 1,000 units shown" in text


def test_a_name_with_a_tag_in_it_stays_text(tmp_path: Path) -> None:
    wicked = tmp_path / "<script>alert(1)<"
    wicked.mkdir()
    picture = wicked / "seven & <b>.png"
    picture.write_bytes(SEVEN.read_bytes())
    traced = cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), picture)
    read = Read(report(traced, tmp_path / "r.html").read_text("utf-8"))
    assert read.tags.count("script") == 1
    assert "seven & <b>.png" in read.text


def test_the_architecture_is_the_drawn_figure_and_no_word_lies_over_another(page: str, traced: Trace) -> None:
    drawn = re.search(r"<svg.*?</svg>", page, re.S)
    assert drawn is not None
    texts = list(ET.fromstring(drawn[0]).iter("text"))
    words = {text.text for text in texts}
    assert {"Input", "Conv 5×5", "MaxPool 2", "16×10×10", "Dense", "120"} <= words
    assert any((word or "").startswith("Not drawn: 4 × ReLU") for word in words)
    assert "var(--text)" in (texts[0].attrib["style"])  # of the page's own theme
    lines: dict[str, list[tuple[float, float]]] = {}
    for text in texts:
        size = float(re.search(r"font-size:([\d.]+)px", text.attrib["style"])[1]) * 72 / 100  # type: ignore[index]
        wide = width_of(text.text or "", size)
        left = float(text.attrib["x"]) - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[text.attrib["text-anchor"]]
        lines.setdefault(text.attrib["y"], []).append((left, left + wide))
    for line in lines.values():
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(sorted(line)))


def test_an_architecture_too_high_for_its_place_is_drawn_smaller(traced: Trace) -> None:
    panel = cnnviz.view(traced, None, "architecture").panels[0]
    assert isinstance(panel, Architecture)
    assert drawing.on_paper(panel, 300, 2000).height > 200
    small = drawing.on_paper(panel, 300, 150)
    assert small.height <= 150
    assert max(word.size for word in small.marks if isinstance(word, Words)) < 7


def test_on_paper(traced: Trace, tmp_path: Path) -> None:
    file = report(traced, tmp_path / "r.pdf")
    data = file.read_bytes()
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", data)) >= 2
    assert b"/Type42" in data or b"/TrueType" in data or b"/CIDFontType2" in data  # text, not outlines


def test_what_cannot_be_written_is_a_sentence(traced: Trace, tmp_path: Path) -> None:
    with pytest.raises(CnnvizError, match=r"ends in \.html or \.pdf"):
        report(traced, tmp_path / "r.txt")
    with pytest.raises(CnnvizError, match="no folder"):
        report(traced, tmp_path / "nowhere" / "r.html")
    bare = cnnviz.trace(traced.module, traced.input)
    with pytest.raises(CnnvizError, match="needs a model and a picture"):
        report(bare, tmp_path / "r.html")


def test_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "r.html"
    assert run(["report", str(SEVEN), "--model", "lenet5-mnist", "--out", str(file)]) == 0
    assert capsys.readouterr().out.strip() == str(file)
    assert "LeNet-5" in Read(file.read_text("utf-8")).text


def test_long_inputs_break_between_shapes_only(page: str) -> None:
    """A sum of two maps would else push the last columns out of the card."""
    assert re.search(r"<td><span>1 × 28 × 28</span></td>", page)
    style = (resources() / "report" / "report.css").read_text("utf-8")
    assert "table.numbers td:nth-child(4) { white-space: normal; }" in style


@pytest.mark.parametrize(("suffix", "rounds"), [("html", 1), ("pdf", 2)])
def test_a_report_that_is_not_wanted_any_more_leaves_nothing(
    traced: Trace, tmp_path: Path, suffix: str, rounds: int
) -> None:
    count = len(traced.records)
    begun = writing(traced, tmp_path / f"r.{suffix}")
    steps = [next(begun) for _ in range(count * rounds - count // 2)]  # of paper, into the middle of writing
    assert steps == [(done, count * rounds) for done in range(1, len(steps) + 1)]
    begun.close()
    assert not list(tmp_path.iterdir())


def test_on_paper_no_name_is_cut_and_nothing_is_left_out_in_silence(traced: Trace) -> None:
    found = measured(traced)
    long = "great white shark, white shark, man-eater, man-eating shark, Carcharodon carcharias"
    dead = [Finding(i, "0", "Conv", "dead", (0,), 6, i < 25, f"remark number {i}.") for i in range(30)]
    contents = gathered(traced, replace(found, findings=tuple(dead)), ())
    contents = replace(contents, top=tuple(top._replace(label=long) for top in contents.top))
    words = ""

    class Read(pdf._Paper):
        def end(self) -> None:
            nonlocal words
            words += " ".join(text.get_text() for text in self.sheet.axes.texts)
            super().end()

    with paper_drawing():
        paper = Read(PdfPages(io.BytesIO()), "Title")
        pdf._first_page(paper, contents)
        paper.end()
    assert "…" not in words
    assert "Carcharodon carcharias" in words
    assert "remark number 19." in words
    assert "remark number 20." not in words
    assert "5 more begin in other layers." in words
    assert "5 more are handed on by later layers." in words
    assert words.index("handed on") < words.index("About") < words.index("Architecture")  # it does not fit below


def test_on_paper_wide_rows_of_maps_keep_all_their_pixels(traced: Trace) -> None:
    contents = gathered(traced, measured(traced), tuple(layers_of(traced, measured(traced))))
    layer = contents.layers[0]
    assert layer.maps is not None
    pixels = np.random.default_rng(0).integers(0, 255, (48, 783, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    with paper_drawing():
        paper = pdf._Paper(PdfPages(io.BytesIO()), "Title")
        pdf._layer(paper, replace(layer, maps=replace(layer.maps, pixels=pixels)))
        image = paper.sheet.axes.images[0]
    left, right, lower, upper = image.get_extent()
    assert right - left == pytest.approx(pdf._WIDTH)
    assert lower - upper == pytest.approx(48 * pdf._WIDTH / 783)
    assert image.get_array().shape[:2] == (48, 783)


def test_a_printed_page_is_light_keeps_its_colours_and_is_not_cut_off(page: str) -> None:
    style = (resources() / "report" / "report.css").read_text("utf-8")
    assert "@media screen and (prefers-color-scheme: dark)" in style
    printed = style[style.index("@media print") :]
    for rule in ("print-color-adjust: exact", ".wide { overflow: visible; }", ".wide svg { max-width: 100%"):
        assert rule in printed
    assert '<svg width="' in page
    assert "viewBox" in page  # so that it can be drawn smaller
