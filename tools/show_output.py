"""Puts real output into README.md: `python tools/show_output.py` (`--check` only looks).

A block that begins with `<!-- output of: COMMAND -->` is replaced by what the command prints.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from writing import ROOT, settle

BLOCK = re.compile(r"(<!-- output of: (.+) -->\n).*?(<!-- end -->)", re.DOTALL)


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
    return BLOCK.sub(lambda m: f"{m[1]}```text\n$ {m[2]}\n{output(m[2])}\n```\n{m[3]}", text)


def main() -> int:
    readme = ROOT / "README.md"
    return settle({readme: shown(readme.read_text("utf-8"))}, "python tools/show_output.py")


if __name__ == "__main__":
    sys.exit(main())
