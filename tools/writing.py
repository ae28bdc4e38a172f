"""What the tools share that write a file which a test holds to be current."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]


def settle(wanted: Mapping[Path, str], command: str) -> int:
    """Write the files whose text is not the one wanted.

    With `--check` on the command line say instead what `command` would write, and give 1 for it.
    """
    late = [path for path, text in wanted.items() if _text(path) != text]
    check = "--check" in sys.argv[1:]
    for path in late:
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        if check:
            print(f"{name}: out of date; run {command}")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
            print(f"{name}: written")
    return 1 if check and late else 0


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
