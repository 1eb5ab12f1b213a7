"""``cnnviz lesson``: checks lessons, lists them, and prints handouts."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from cnnviz.commands.common import complain, print_json, table
from cnnviz.core.errors import CnnvizError
from cnnviz.lessons.reading import lesson_files, lesson_named, read, read_head


def run(options: argparse.Namespace) -> int:
    """Check, list or print."""
    return {"check": _check, "list": _list, "print": _print}[options.act](options)


def _check(options: argparse.Namespace) -> int:
    """A line for each sound lesson, and on stderr one for each mistake."""
    from cnnviz.lessons.checking import problems

    failed = False
    for name in options.files:
        file = lesson_named(name)
        found = problems(file)
        for problem in found:
            complain(str(problem))
        failed |= bool(found)
        if not found:
            lesson = read(file)
            print(f"{file.name}: {lesson.title}, {len(lesson.steps)} steps, nothing is wrong")
    return int(failed)


def _list(options: argparse.Namespace) -> int:
    lessons = [read_head(file) for file in lesson_files()]
    if options.json:
        print_json([{k: getattr(one, k) for k in ("key", "number", "title", "minutes", "summary")} for one in lessons])
        return 0
    rows = [(str(one.number), one.key, one.title, f"{one.minutes} min") for one in lessons]
    print(table([("", "name", "title", ""), *rows], right=frozenset((0, 3))))
    return 0


def _print(options: argparse.Namespace) -> int:
    """Write a handout, without a display."""
    file = Path(options.out)
    if file.suffix.lower() not in (".pdf", ".html"):
        raise CnnvizError(f"A handout is FILE.pdf or FILE.html, not {file.name}.")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from cnnviz.gui.learning.printing import print_now  # nothing else of this command needs Qt

    print_now(read(lesson_named(options.file)), file)
    print(file)
    return 0
