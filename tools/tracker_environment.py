"""The environments that trackers are tested in, `.venvs/trackers-GROUP`.

`environments/GROUP.txt` beside the tests pins all that a group holds. A package that cannot be had
costs the trackers that need it, which are told as not tested; the rest is installed without it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import environments
from environments import OLDEST_PIP, Unavailable
from writing import ROOT

TESTS = ROOT / "reference_impl" / "tests" / "integrations"
CONSTRAINTS = ROOT / "constraints.txt"
GROUPS = ("local", "hosted", "flyte")
"""The largest first."""

Run = Callable[[Sequence[str]], str]
"""Runs a command; gives the last line that it says where it fails, "" where it does not."""


def python_of(group: str, seconds: float) -> Path:
    """The interpreter of a group's environment, made anew if its pins have changed.

    What is not installed after that many seconds is taken for what cannot be had.

    Raises:
        Unavailable: none of its trackers can be tested.
    """
    lock = TESTS / "environments" / f"{group}.txt"
    ends = time.monotonic() + seconds

    def fill(python: Path) -> None:
        if reason := build(group, lock.read_text("utf-8"), runner(python, ends)):
            raise Unavailable(reason)

    source = f"{environments.torch_of(CONSTRAINTS)}\n{lock.read_text('utf-8')}"
    return environments.made(f"trackers-{group}", source.encode(), fill)


def build(group: str, lock: str, run: Run) -> str:
    """Fill an environment; gives why it cannot be used, "" where it can."""
    pip = ["-m", "pip", "install", "--quiet"]
    for words in (
        [*pip, "--upgrade", OLDEST_PIP],
        [*pip, environments.torch_of(CONSTRAINTS)],
    ):
        if reason := run(words):
            return reason
    for requirement, reason in install(requirements(lock), run):
        print(f"{requirement} cannot be installed: {reason}", file=sys.stderr)
    if reason := run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]):
        return reason
    # Tried once, here: in the tests themselves a package that cannot be imported is a failure.
    return run([str(TESTS / "tracking" / "unavailable.py"), group])


def install(wanted: Sequence[str], run: Run) -> list[tuple[str, str]]:
    """Install pinned requirements, all that can be had; gives the others, each with its reason."""
    reason = run(["-m", "pip", "install", "--quiet", "--no-deps", *wanted])
    if not reason:
        return []
    if len(wanted) == 1:
        return [(wanted[0], reason)]
    half = len(wanted) // 2
    return install(wanted[:half], run) + install(wanted[half:], run)


def requirements(text: str) -> list[str]:
    """The requirements of a lock."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def runner(python: Path, ends: float) -> Run:
    """Runs the commands of an environment until `ends`, in seconds of `time.monotonic`."""

    def run(words: Sequence[str]) -> str:
        if (left := ends - time.monotonic()) <= 0:
            return "no time was left for it"
        try:
            ended = subprocess.run(
                [python, *words], stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=left
            )
        except subprocess.TimeoutExpired:
            return "it took too long"
        lines = [line for line in ended.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if "error" in line.lower()] or lines
        return (errors or ["it says nothing"])[-1].strip() if ended.returncode else ""

    return run
