"""The end of a program whose packages wait for ever, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

PACKAGE = """
import atexit, functools, threading, time

def note(word):
    print(word, flush=True)

def hang():
    time.sleep(600)

class Method:
    def note(self):
        note("method")
"""

PROGRAM = """
import atexit, threading
import slow.hooks
from loopspec_reference.integrations import leaving

atexit.register(print, "another's")
atexit.register(slow.hooks.{first})
atexit.register(slow.hooks.Method().note)
threading._register_atexit(slow.hooks.{early})
leaving.bound(("slow",), 1.0)
atexit.register(slow.hooks.Method().note)
"""


def leave(folder: Path, first: str, early: str = "Method().note") -> tuple[list[str], int, float]:
    (folder / "slow").mkdir()
    (folder / "slow" / "hooks.py").write_text(PACKAGE)
    (folder / "program.py").write_text(PROGRAM.format(first=first, early=early))
    started = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "program.py"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    return ended.stdout.split("\n"), ended.returncode, time.perf_counter() - started


def test_hooks_that_end_are_run_and_those_of_others_are_left(tmp_path: Path) -> None:
    lines, code, _ = leave(tmp_path, "Method().note")
    assert (lines, code) == ([*["method"] * 4, "another's", ""], 0)


def test_hooks_that_hang_are_left_after_their_time(tmp_path: Path) -> None:
    lines, code, seconds = leave(tmp_path, "hang", "hang")
    assert (lines, code) == (["method", "another's", ""], 0)
    assert seconds < 100
