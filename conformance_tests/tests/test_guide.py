"""The guides under docs/ are true: every block of theirs is done, in order, and gives what it says.

`python NAME` writes a file, `diff NAME` changes one, `console` runs the lines that begin with `$`
and expects what stands below them, where `...` is anything.
"""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

DOCS = Path(__file__).parents[2] / "docs"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(page: Path) -> Iterator[tuple[int, str, str, str]]:
    """Line, kind, name and text of each fenced block."""
    for token in MarkdownIt().parse(page.read_text("utf-8")):
        if token.type == "fence" and token.info:
            kind, _, name = token.info.partition(" ")
            yield (token.map or [0])[0] + 1, kind, name, token.content


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output below it."""
    for part in text.split("$ ")[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def run(command: str, folder: Path, **more: str) -> str:
    here = Path(sys.executable).parent
    path = f"{here}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1", **more}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=env, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, input="",
    )  # fmt: skip
    return done.stdout


def follow(page: Path, folder: Path) -> None:
    """Do what a page says, in a folder."""
    for line, kind, name, text in blocks(page):
        where = f"{page.name}:{line}"
        if kind == "python" and name:
            (folder / name).write_text(text)
        elif kind == "diff":
            (folder / "change.diff").write_text(text)
            said = run(f"patch --no-backup-if-mismatch {name} change.diff", folder)
            assert said == f"patching file {name}\n", f"{where}: {said}"
        elif kind == "console":
            for command, expected in commands(text):
                got = run(command, folder)
                good = doctest.OutputChecker().check_output(expected or "...", got, OPTIONS)
                assert good, f"{where}: {command}\nexpected:\n{expected}\ngot:\n{got}"


@pytest.mark.parametrize("page", ["guide.md"])
def test_a_guide_is_true(page: str, tmp_path: Path) -> None:
    follow(DOCS / page, tmp_path)
