"""``cnnviz lesson``: checks lessons, and lists them."""

from __future__ import annotations

import argparse

from cnnviz.commands.common import complain, print_json, table
from cnnviz.lessons.reading import lesson_files, lesson_named, read, read_head


def run(options: argparse.Namespace) -> int:
    """Check or list."""
    return {"check": _check, "list": _list}[options.act](options)


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
