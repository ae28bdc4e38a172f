"""The end of a program whose packages wait for ever, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

PACKAGE = """
import atexit, functools, threading, time
from concurrent.futures import ThreadPoolExecutor

def note(word):
    print(word, flush=True)

def hang():
    time.sleep(600)

class Method:
    def note(self):
        note("method")

class Pool(ThreadPoolExecutor):
    pass

def fill(pool, seconds, word):
    # From a thread that is a daemon, as a tracker's calls are made.
    def submit():
        pool.submit(time.sleep, seconds).add_done_callback(lambda done: note(word))

    thread = threading.Thread(target=submit, daemon=True)
    thread.start()
    thread.join()
"""

PROGRAM = """
import atexit, threading
import slow.hooks
from loopspec_reference.integrations import leaving

atexit.register(print, "another's")
atexit.register(slow.hooks.{first})
atexit.register(slow.hooks.Method().note)
threading._register_atexit(slow.hooks.{early})
{pools}
leaving.bound(("slow",), 1.0)
atexit.register(slow.hooks.Method().note)
"""


POOLS = """
theirs, ours = slow.hooks.Pool(), slow.hooks.ThreadPoolExecutor()
slow.hooks.fill(theirs, 600, "a tracker's")
slow.hooks.fill(ours, 1, "the user's")
"""


def leave(
    folder: Path, first: str, early: str = "Method().note", pools: str = ""
) -> tuple[list[str], int, float]:
    (folder / "slow").mkdir()
    (folder / "slow" / "hooks.py").write_text(PACKAGE)
    (folder / "program.py").write_text(PROGRAM.format(first=first, early=early, pools=pools))
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


def test_pools_of_the_packages_are_left_and_those_of_others_are_waited_for(tmp_path: Path) -> None:
    lines, code, _ = leave(tmp_path, "Method().note", pools=POOLS)
    assert ("the user's" in lines, "a tracker's" in lines, code) == (True, False, 0)
