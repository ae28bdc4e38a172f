"""Builds the environment that a group of trackers is tested in, for example with
`python tools/tracker_environment.py local`.

A package that cannot be had costs the trackers that need it, which are told as not tested; the rest
is installed without it. Where no tracker can be tested one line says so, and the exit code is 1.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from writing import ROOT

TESTS = ROOT / "reference_impl" / "tests" / "integrations"
GROUPS = tuple(sorted(path.stem for path in (TESTS / "environments").glob("*.txt")))

Run = Callable[[Sequence[str]], str]
"""Runs a command; gives the last line that it says where it fails, "" where it does not."""


def install(requirements: Sequence[str], run: Run) -> list[tuple[str, str]]:
    """Install pinned requirements, all that can be had; gives the others, each with its reason."""
    reason = run(["-m", "pip", "install", "--quiet", "--no-deps", *requirements])
    if not reason:
        return []
    if len(requirements) == 1:
        return [(requirements[0], reason)]
    half = len(requirements) // 2
    return install(requirements[:half], run) + install(requirements[half:], run)


def pinned(text: str) -> list[str]:
    """The requirements of a lock."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def build(group: str, place: Path, run: Run) -> str:
    """Fill the environment at `place`; gives why it cannot be used, "" where it can."""
    pip = ["-m", "pip", "install", "--quiet"]
    for words in (
        [*pip, "--upgrade", "pip>=25.1"],
        [*pip, "--constraint", str(ROOT / "constraints.txt"), "torch"],
    ):
        if reason := run(words):
            return reason
    lock = pinned((TESTS / "environments" / f"{group}.txt").read_text("utf-8"))
    for requirement, reason in install(lock, run):
        say(f"{requirement} cannot be installed: {reason}")
    if reason := run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]):
        return reason
    # Tried once, here: in the tests themselves a package that cannot be imported is a failure.
    return run([str(TESTS / "tracking" / "unavailable.py"), group])


def runner(python: Path) -> Run:
    """Runs the commands of an environment."""

    def run(words: Sequence[str]) -> str:
        ended = subprocess.run([python, *words], stderr=subprocess.PIPE, text=True, cwd=ROOT)
        lines = [line for line in ended.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if "error" in line.lower()] or lines
        return (errors or ["it says nothing"])[-1].strip() if ended.returncode else ""

    return run


def say(words: str) -> None:
    print(words, file=sys.stderr)


def main(words: Sequence[str]) -> int:
    if len(words) != 1 or words[0] not in GROUPS:
        say(f"say which environment: {', '.join(GROUPS)}")
        return 2
    (group,) = words
    place = ROOT / ".venvs" / f"trackers-{group}"
    shutil.rmtree(place, ignore_errors=True)
    venv.create(place, with_pip=True)
    if reason := build(group, place, runner(place / "bin" / "python")):
        say(f"The environment {group} cannot be built, and none of its trackers tested: {reason}")
        return 1
    (place / ".ready").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
