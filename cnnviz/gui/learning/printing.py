"""The job that writes a handout: HTML as it is, or pages of A4."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QSizeF, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextDocument,
)

from cnnviz.core.errors import CnnvizError
from cnnviz.core.writing import replacing
from cnnviz.figure import Figure
from cnnviz.gui.jobs import Progress
from cnnviz.gui.learning.driving import trial_of
from cnnviz.gui.learning.formula import formula
from cnnviz.gui.sandbox.trial import run
from cnnviz.lessons.base import Lesson

if TYPE_CHECKING:
    from cnnviz.explore import Explorer
    from cnnviz.lessons.glossary import Entry
    from cnnviz.lessons.handout import Part

MEMORY = 2**30
"""Bytes for the passes of a lesson."""

DPI = 96
"""In which the page is laid out; formulas and figures are finer."""

FINE = 4
"""How much finer formulas are."""

TEXT = 14
"""Pixels of a letter at that resolution: 10.5 points."""

HIGHEST = 400
"""Most pixels of a figure's height."""

PICTURE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands in the words of a document where a picture is."""

HEADS, BREAK = re.compile("<h[23]"), ' style="page-break-before: always"'
"""How a step, a task or a question begins, and how it begins on another page."""

STYLE = """
h1 { font-size: 27px; } h2 { font-size: 18px; margin-top: 22px; } h3 { font-size: 11px; color: #b4540f; }
p { line-height: 128%; margin-bottom: 8px; } .dim { color: #5a6370; font-size: 12px; }
p.display { text-align: center; } th { color: #5a6370; text-align: left; }
td, th { padding: 3px 14px 3px 0; border-bottom: 1px solid #dfe3e9; } li { margin-bottom: 4px; }
div.words p { font-size: 12px; margin-bottom: 5px; }
"""


def write(explorer: Callable[[], Explorer], lesson: Lesson, file: Path, family: str) -> Iterator[Progress]:
    """Write the handout; the result is the file, or a sentence with details."""
    from cnnviz.explore import Explorer
    from cnnviz.lessons import handout

    total = len(lesson.steps) + 1
    yield Progress(0, total)
    found: list[Part] = []
    try:
        own = Explorer(explorer().budget // 4)  # the window's belongs to its worker
        for part in handout.parts(lesson, own, _sandbox):
            found.append(part)
            yield Progress(len(found), total)
        with replacing(file) as target:
            if file.suffix.lower() == ".pdf":
                target.write(_pdf(lesson, found, family))
            else:
                target.write(handout.as_html(lesson, found).encode())
        yield Progress(total, total, file)
    except CnnvizError as error:
        yield Progress(total, total, (str(error), error.details))


def print_now(lesson: Lesson, file: Path) -> None:
    """Write the handout and wait for it, without any window. Raises ``CnnvizError``."""
    from cnnviz.explore import Explorer

    app = QGuiApplication.instance() or QGuiApplication([])
    family = app.font().family() if isinstance(app, QGuiApplication) else ""
    for progress in write(lambda: Explorer(MEMORY), lesson, file, family):
        if isinstance(progress.result, tuple):
            raise CnnvizError(*progress.result)


def _sandbox(values: Mapping[str, object]) -> Figure:
    trial, _, _ = trial_of(dict(values), None)
    return run(trial).figure(("auto", "auto", "auto"))


def _pdf(lesson: Lesson, found: Sequence[Part], family: str) -> bytes:
    from PySide6.QtCore import QBuffer

    from cnnviz.lessons import handout

    document = QTextDocument()
    font = QFont(family)
    font.setPixelSize(TEXT)
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(STYLE)
    document.setDocumentMargin(0)
    size = QPageSize(QPageSize.PageSizeId.A4)
    width = size.sizePixels(DPI).width() - 2 * 72
    x_height = QFontMetricsF(font).xHeight()
    images: dict[str, QImage] = {}

    def put(image: QImage, wide: float, high: float, alt: str, style: str = "") -> str:
        name = f"picture:{len(images)}"
        images[name] = image
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
        return f'<img src="{name}" alt="{escape(alt)}" width="{wide:.0f}" height="{high:.0f}" {style}>'

    def typeset(tex: str, display: bool) -> str:
        try:
            made = formula(tex.replace(r"\frac", r"\dfrac") if display else tex, TEXT * 1.1, QColor("#1b1f27"))
        except CnnvizError:
            return f"<code>{escape(tex)}</code>"
        image = made.image(FINE, x_height)
        edges = image.deviceIndependentSize()
        image.setDevicePixelRatio(1)
        return put(image, edges.width(), edges.height(), tex, 'style="vertical-align: middle"')

    def picture(figure: Figure) -> str:
        image = QImage.fromData(handout.png(figure))
        share = min(
            DPI / handout.DPI, width / image.width(), HIGHEST / image.height()
        )  # letters of one size everywhere
        shown = put(image, image.width() * share, image.height() * share, figure.title)
        return f'<table cellspacing="0"><tr><td style="padding: 10px 0 8px 0; border: none">{shown}</td></tr></table>'

    html = handout.body(lesson, found, typeset, picture)
    html = html.replace('<div class="answers"><h2', f"<div><h2{BREAK}").replace("<table>", '<table cellspacing="0">')
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    writer.setTitle(lesson.title)
    writer.setCreator("CNNViz")
    _pages(document, html, handout.vocabulary(lesson), writer, QSizeF(size.sizePixels(DPI)))
    buffer.close()
    return io.BytesIO(buffer.data().data()).getvalue()


def _pages(document: QTextDocument, html: str, words: Sequence[Entry], writer: QPdfWriter, page: QSizeF) -> None:
    """Set the words in pages of this size, and paint one after the other with its number."""
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QPainter

    side, top = 72.0, 64.0
    inside = QSizeF(page.width() - 2 * side, page.height() - 2 * top)
    document.setPageSize(inside)
    _fill_up(document, _keep_together(document, html, inside.height()), words)
    painter = QPainter(writer)
    for number in range(document.pageCount()):
        if number:
            writer.newPage()
        painter.save()
        painter.translate(side, top - number * inside.height())
        document.drawContents(painter, QRectF(0, number * inside.height(), inside.width(), inside.height()))
        painter.restore()
        foot = document.defaultFont()
        foot.setPixelSize(11)
        painter.setFont(foot)
        painter.setPen(QColor("#5a6370"))
        box = QRectF(side, page.height() - top + 16, inside.width(), 20)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, f"{number + 1}")
    painter.end()


def _fill_up(document: QTextDocument, html: str, words: Sequence[Entry]) -> None:
    """Say on what is left of the last page what words of the lesson mean, as many as have room."""
    from cnnviz.lessons.handout import meanings

    pages, count = document.pageCount(), len(words)
    while count:
        document.setHtml(html + meanings(words[:count]))
        if document.pageCount() == pages:
            return
        count -= 1
    document.setHtml(html)


def _keep_together(document: QTextDocument, html: str, height: float) -> str:
    """Set the words so that no heading stands alone at the foot of a page, and no task or question is torn apart.

    What is shorter than a page and would go over its end begins on the next one. Returns the words with these breaks.
    """
    for _ in range(len(HEADS.findall(html)) + 1):
        document.setHtml(html)
        torn = _torn(document, height)
        if torn is None:
            break
        start = [found.end() for found in HEADS.finditer(html)][torn]
        html = html[:start] + BREAK + html[start:]
    return html


def _torn(document: QTextDocument, height: float) -> int | None:
    """The first heading that does not stand on the page of what belongs to it, and could."""
    layout = document.documentLayout()
    blocks = []
    block = document.begin()
    while block.isValid():
        blocks.append(block)
        block = block.next()
    heads = [i for i, block in enumerate(blocks) if block.blockFormat().headingLevel() in (2, 3)]
    for number, (head, after) in enumerate(pairwise([*heads, len(blocks)])):
        last = after - 1
        if blocks[head].blockFormat().headingLevel() == 2:
            said = (i for i in range(head + 1, after) if blocks[i].text().strip())
            last = next(said, head)  # of a step the first words, of a task or question all
        top, end = layout.blockBoundingRect(blocks[head]).top(), layout.blockBoundingRect(blocks[last]).bottom()
        if int(top // height) != int((end - 0.01) // height) and end - top <= height:
            return number
    return None
