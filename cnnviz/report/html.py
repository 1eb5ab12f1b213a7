"""The report as one page of HTML: pictures, styles and the few lines of script are inside of it."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable

from PIL import Image

from cnnviz.core.colormaps import lut
from cnnviz.figure import GROUND, Scale, number, percent
from cnnviz.paths import resources
from cnnviz.report.contents import Contents, Layer, Maps
from cnnviz.report.drawing import as_svg

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What the page may load: nothing."""


def as_html(contents: Contents) -> str:
    """The whole page."""
    style, script = ((resources() / "report" / name).read_text("utf-8") for name in ("report.css", "report.js"))
    title = f"{contents.title} · {contents.image}"
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(title)}</title><style>{style}</style></head><body>",
            _head(contents),
            "<main>",
            _answer(contents),
            _health(contents),
            _section("architecture", "Architecture", as_svg(contents.architecture), _table(contents)),
            _section("layers", "What each layer makes of the picture", *map(_layer, contents.layers)),
            _about(contents),
            '</main><dialog id="zoom"><img alt=""><p></p></dialog>',
            f"<script>{script}</script></body></html>",
        )
    )


def _text(text: object) -> str:
    return html.escape(str(text))


def _section(name: str, title: str, *parts: str) -> str:
    return f'<section id="{name}"><h2>{_text(title)}</h2>{"".join(parts)}</section>'


def _picture(png: bytes, about: str, wide: int, kind: str = "maps") -> str:
    data = base64.b64encode(png).decode()
    return (
        f'<img class="{kind}" tabindex="0" alt="{_text(about)}" title="{_text(about)}" '
        f'style="width:{wide}px" src="data:image/png;base64,{data}">'
    )


def _head(contents: Contents) -> str:
    links = ("answer", "Answer"), ("health", "Health"), ("architecture", "Architecture"), ("layers", "Layers")
    menu = "".join(f'<a href="#{name}">{words}</a>' for name, words in (*links, ("about", "About")))
    file = io.BytesIO()
    Image.fromarray(contents.picture).save(file, "PNG", optimize=True)
    height, width = contents.picture.shape[:2]
    shown = _picture(
        file.getvalue(), f"{contents.image} as the network saw it", round(160 * width / max(height, width)), "photo"
    )
    return (
        f"<header>{shown}<div><h1>{_text(contents.title)}</h1>"
        f'<p class="dim">{_text(contents.image)}</p><nav>{menu}</nav></div></header>'
    )


def _answer(contents: Contents) -> str:
    if not contents.top:
        return _section("answer", "Answer", "<p>This network gives no class scores.</p>")
    rows = "".join(
        f'<tr><th scope="row">{_text(top.label)}</th>'
        f'<td class="bar"><span style="width:{100 * top.probability:.2f}%"></span></td>'
        f"<td>{_text(percent(top.probability))}</td><td>{_text(number(top.logit, 4, signed=True))}</td></tr>"
        for top in contents.top
    )
    head = "<thead><tr><th>class</th><th></th><th>probability</th><th>logit</th></tr></thead>"
    return _section("answer", "Answer", f'<table class="answer">{head}<tbody>{rows}</tbody></table>')


def _health(contents: Contents) -> str:
    found = contents.survey.findings
    begun = [finding for finding in found if finding.begins]
    rows = "".join(
        f'<tr><td><a href="#layer-{f.index}">{_text(f.where)}</a></td><td>{_text(f.kind)}</td>'
        f"<td>{_text(f.sentence)}</td></tr>"
        for f in begun
    )
    table = f'<table class="health"><tbody>{rows}</tbody></table>' if rows else ""
    more = len(found) - len(begun)
    rest = f'<p class="dim">{more:,} more are handed on by later layers.</p>' if more else ""
    return _section("health", "Health of this pass", f"<p>{_text(contents.survey.verdict)}</p>", table, rest)


def _table(contents: Contents) -> str:
    heads = "", "layer", "operation", "input", "output", "parameters", "multiply-adds", "receptive field", "zeros"
    head = "".join(f"<th>{name}</th>" for name in heads)
    return (
        f"<details open><summary>{len(contents.layers):,} operations in numbers</summary>"
        f'<div class="wide"><table class="numbers"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(map(_row, contents.layers))}</tbody></table></div></details>"
    )


def _row(layer: Layer) -> str:
    row = layer.row
    zeros = "" if row.zeros is None else f"{100 * row.zeros:.0f} %"
    cells = (
        str(row.index),
        f'<a href="#layer-{row.index}">{_text(row.key)}</a>',
        _text(row.op),
        ", ".join(f"<span>{_text(_shape(shape))}</span>" for shape in row.inputs),
        _text(_shape(row.shape)),
        f"{row.parameters:,}" if row.parameters else "",
        f"{row.macs:,}" if row.macs else "",
        _text(row.field),
        zeros,
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _shape(shape: Iterable[int]) -> str:
    return " × ".join(f"{n:,}" for n in shape) or "1"


def _layer(layer: Layer) -> str:
    row = layer.row
    about = f"{_text(row.key)} · {_text(_shape(row.shape))}"
    head = f'<h3>{row.index} · {_text(row.short)} <span class="dim">{about}</span></h3>'
    if layer.maps is None:
        return f'<article id="layer-{row.index}">{head}</article>'
    maps = layer.maps
    noun = "units" if len(row.shape) == 1 else "maps"
    shown = f"{maps.total:,} {noun}" if maps.shown == maps.total else f"{maps.shown:,} of {maps.total:,} {noun} shown"
    wide = maps.pixels.shape[1]
    factor = max(1, min(12, 960 // wide))
    named = f"{row.index} · {row.short}: {shown}"
    return (
        f'<article id="layer-{row.index}">{head}{_picture(maps.png, named, wide * factor)}'
        f'<p class="foot"><span class="dim">{shown}</span>{_bar(maps)}</p></article>'
    )


def _bar(maps: Maps) -> str:
    """The colours with their numbers."""
    scale: Scale = maps.scale
    if scale.empty:
        return '<span class="scale">no finite values</span>'
    table = lut(scale.colormap)
    places = [round(i * (GROUND - 1) / 16) for i in range(17)]
    colors = ", ".join(f"rgb({r},{g},{b})" for r, g, b, _ in (table[i].tolist() for i in places))
    middle = "<span>0</span>" if scale.signed else ""
    return (
        f'<span class="scale"><i style="background:linear-gradient(to right, {colors})"></i>'
        f"<b><span>{_text(number(scale.low))}</span>{middle}<span>{_text(number(scale.high))}</span></b></span>"
    )


def _about(contents: Contents) -> str:
    facts = "".join(f"<dt>{_text(name)}</dt><dd>{_text(words)}</dd>" for name, words in contents.facts)
    steps = "".join(f"<dt>{_text(name)}</dt><dd>{_text(words)}</dd>" for name, words in contents.steps)
    notes = "".join(f"<li>{_text(note)}</li>" for note in contents.notes)
    listed = f"<h3>What was guessed or left out</h3><ul>{notes}</ul>" if notes else ""
    return _section("about", "About", f"<dl>{facts}</dl><h3>From the file to the input</h3><dl>{steps}</dl>", listed)
