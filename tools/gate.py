"""Keeps dispatch and step from growing: `python tools/gate.py [--update REASON]`.

Counts decide: calls, bytecodes, operations that wait for a device and memory left behind, exactly;
instructions of the processor within a band. They are compared with those that were committed, for
this minor version of Python. What has grown is told, and the exit status is 1. `--update` commits
to what there is now, and keeps why.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import msgspec
from writing import ROOT

BENCHMARKS = ROOT / "benchmarks"
sys.path.append(str(BENCHMARKS))  # its scripts are run, and their tables read

from gate_dispatch import CASES  # noqa: E402  # it is found from here on
from instructions import NoCallgrind, under_callgrind, undisturbed  # noqa: E402

from loopspec.json_text import pretty  # noqa: E402

INSTRUCTIONS = "instructions, of those of ten bound methods"
BAND = 0.02
"""By how much instructions may differ: where objects lie in memory is not always the same."""
MINOR = ".".join(map(str, sys.version_info[:2]))

Counted = Mapping[str, Mapping[str, float]]
"""By case, then by what is counted."""


class Baseline(msgspec.Struct, frozen=True):
    """What was committed to."""

    python: str
    torch: str
    reasons: list[str]
    counted: dict[str, dict[str, float]]


def baseline_file() -> Path:
    return BENCHMARKS / "results" / f"baseline-{MINOR}.json"


def of_dispatch(source: Path) -> dict[str, dict[str, float]]:
    """The counts of one event, of the reference in a folder.

    Raises:
        SystemExit: what is measured fails.
    """
    counted: dict[str, dict[str, float]] = {_name(case): {} for case in CASES[1:]}
    _, *each = json.loads(_run(source, "gate_dispatch.py"))
    for found, (calls, bytecodes) in zip(counted.values(), each, strict=True):
        found |= {"calls": calls, "bytecodes": bytecodes}
    try:
        script = [str(BENCHMARKS / "gate_dispatch.py"), "fire"]
        floor, *instructions = under_callgrind(script, PYTHONPATH=_path(source))
        for found, number in zip(counted.values(), instructions, strict=True):
            found[INSTRUCTIONS] = round(number / floor, 4)
    except NoCallgrind as reason:
        print(f"instructions are not counted: {reason}", file=sys.stderr)
    return counted


def of_step(source: Path) -> dict[str, dict[str, float]]:
    """The counts of one step."""
    counted: dict[str, dict[str, float]] = json.loads(_run(source, "gate_step.py"))
    return counted


MEASURES = {"dispatch": of_dispatch, "step": of_step}


def _name(case: tuple[str, str, int]) -> str:
    _, kind, number = case
    return f"dispatch, {number} callbacks, {kind}"


def _path(source: Path) -> str:
    return os.pathsep.join([str(source), str(ROOT / "conformance_tests")])


def _run(source: Path, script: str) -> str:
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / script)],
        env=undisturbed(PYTHONPATH=_path(source)),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"gate: {script} failed: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout.splitlines()[-1]


def changes(before: Counted, now: Counted) -> Iterator[tuple[bool, str]]:
    """Whether it has grown, and what is not what it was."""
    for case, found in now.items():
        for what, number in found.items():
            old = before.get(case, {}).get(what)
            if old is None:
                yield True, f"{case}: {what} {number:g}, of which there is no baseline"
            elif abs(number - old) > (BAND * old if what == INSTRUCTIONS else 0):
                yield number > old, f"{case}: {what} {number:g}, {old:g} in the baseline"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--update", metavar="REASON", help="commit to the counts that there are")
    parser.add_argument(
        "--source", type=Path, default=ROOT / "reference_impl", help="where loopspec_reference is"
    )
    parser.add_argument("--only", choices=[*MEASURES], help="count only this")
    wanted = parser.parse_args(arguments)
    path = baseline_file()
    before = msgspec.json.decode(path.read_bytes(), type=Baseline) if path.exists() else None
    if before is None and not wanted.update:
        print(f"gate: there is no baseline for Python {MINOR}; make one with --update REASON")
        return 2
    torch = version("torch").partition("+")[0]
    if before and torch != before.torch and not wanted.update:
        print(f"gate: the baseline is of torch {before.torch}, this is {torch}; nothing is judged")
        return 2
    asked = [wanted.only] if wanted.only else [*MEASURES]
    now = {case: found for name in asked for case, found in MEASURES[name](wanted.source).items()}
    if wanted.update:
        counted = {**(before.counted if before and wanted.only else {}), **now}
        reasons = [*(before.reasons if before else []), wanted.update]
        path.write_bytes(pretty(Baseline(MINOR, torch, reasons, counted)))
        return 0
    return _told(before.counted if before else {}, now)


def _told(before: Counted, now: Counted) -> int:
    found = [*changes(before, now)]
    for grown, text in found:
        print(f"{'grown' if grown else 'fallen'}: {text}")
    if any(grown for grown, _ in found):
        print("gate: make it cheaper again, or say why with --update REASON")
        return 1
    print(f"gate: {sum(map(len, now.values()))} counts, none has grown")
    return 0


if __name__ == "__main__":
    sys.exit(main())
