"""Where a process hung, in words without paths: they would differ from machine to machine."""

from __future__ import annotations

import re
import sys
from itertools import takewhile
from pathlib import Path

_FRAME = re.compile(r'^  File "(.+)", line \d+ in (.+)$', re.MULTILINE)
_SUITE = str(Path(__file__).parent)
_SHOWN = 5


def innermost(dump: str) -> str:
    """From what faulthandler wrote, the functions of the subject, innermost first:
    `"toy.spin <- toy.train"`. Empty if there is nothing of the kind."""
    for thread in dump.split("\n\n"):
        frames = _FRAME.findall(thread)
        if any(path.startswith(_SUITE) for path, _ in frames):
            inner = takewhile(lambda frame: not frame[0].endswith("/recording.py"), frames)
            own = [f"{_module(p)}.{name}" for p, name in inner if not p.startswith(_SUITE)]
            return " <- ".join(own[:_SHOWN])
    return ""


def _module(path: str) -> str:
    roots = [root for root in sys.path if root and path.startswith(f"{root}/")]
    inside = path.removeprefix(max(roots, key=len) + "/") if roots else Path(path).name
    return inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
