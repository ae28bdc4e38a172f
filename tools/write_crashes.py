"""Writes `docs/crashes.md` from what became of the runs that `make test-crashes` killed; that notes
it, and `python tools/write_crashes.py` makes the page (`--check` only looks)."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from writing import ROOT, settle

RESULTS = ROOT / "reference_impl" / "tests" / "crashes"
PAGE = ROOT / "docs" / "crashes.md"
FATES = ("kill", "power-cut", "torn-write")

HEAD = """# Runs that die: where the reference was killed, and what it went on from

Three jobs of the reference trainer were killed at every event and at every operation on a file,
each time in a process of its own: by `kill -9`; by a power cut, where what was not synced to the
disk is lost besides; and by the kernel in the middle of writing a file. Then another process
resumed. All {total} runs lost no checkpoint that `on_save` had announced, and ended with the same
bits as the run that nothing happened to: weights, optimizer, schedule, random numbers, and logs but
for times. `make test-crashes` repeats it.

A cell says how many runs were killed there, and what they went on from: the checkpoint that was
announced last, a newer one that was complete and not announced yet, or none, where nothing had been
announced.

| killed at | kill -9 | power cut | torn write |
|---|---|---|---|
"""
WORDS = {"announced": "last", "not yet announced": "newer", "anew": "none"}


def page(outcomes: dict[str, list[list[str]]]) -> str:
    """The page for the outcomes by `JOB-KIND-FATE`, each a place and what was gone on from."""
    cells: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for name, found in outcomes.items():
        fate = name.split("-", 2)[2]
        for label, outcome in found:
            cells[_row(label)][fate][WORDS[outcome]] += 1
    rows = [
        f"| {row} | {' | '.join(_cell(by_fate[fate]) for fate in FATES)} |\n"
        for row, by_fate in sorted(cells.items(), key=lambda item: _place(item[0]))
    ]
    return HEAD.format(total=sum(map(len, outcomes.values()))) + "".join(rows)


def _row(label: str) -> str:
    if label.startswith("on_"):
        return f"`{label.split('@')[0]}`"
    return f"`{re.sub('[0-9]+', 'N', label)}`"


def _place(row: str) -> tuple[bool, str]:
    return not row.startswith("`on_"), row


def _cell(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[word]} {word}" for word in WORDS.values() if counts[word]) or "-"


def results(folder: Path = RESULTS) -> dict[str, list[list[str]]]:
    """The outcomes that the tests noted."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*"))}


if __name__ == "__main__":
    sys.exit(settle({PAGE: page(results())}, "python tools/write_crashes.py"))
