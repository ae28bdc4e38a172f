"""Puts real output and real files into pages: `python tools/show_output.py` (`--check` only looks).

A block that begins with `<!-- output of: COMMAND -->` is replaced by what the command prints, one
that begins with `<!-- file: PATH -->` by that file.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from writing import ROOT, settle

PAGES = ("README.md", "docs/ci.md")
FILE = re.compile(r"(<!-- file: ([^\n]+) -->\n```(\w+)\n).*?(```\n<!-- end -->)", re.DOTALL)
BLOCK = re.compile(r"(<!-- output of: ([^\n]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def output(command: str) -> str:
    """What `command` prints, 100 columns wide; its first word is run from this environment."""
    program, *arguments = shlex.split(command)
    ran = subprocess.run(
        [Path(sys.executable).parent / program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
    )
    return "\n".join(line.rstrip() for line in ran.stdout.splitlines())


def shown(text: str) -> str:
    """The text with every block filled anew."""
    text = FILE.sub(lambda m: f"{m[1]}{(ROOT / m[2]).read_text('utf-8')}{m[4]}", text)
    return BLOCK.sub(lambda m: f"{m[1]}```text\n$ {m[2]}\n{output(m[2])}\n```\n{m[3]}", text)


def main() -> int:
    pages = [ROOT / page for page in PAGES]
    wanted = {page: shown(page.read_text("utf-8")) for page in pages}
    return settle(wanted, "python tools/show_output.py")


if __name__ == "__main__":
    sys.exit(main())
