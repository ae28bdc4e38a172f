"""Judges other people's trainers: `python tools/matrix.py [NAMES] [--in ENVIRONMENT] [--check]`.

Each subject of `results/subjects.toml` is judged in its environment, which is made if it is not
there, and what came out is kept in `results/`. With `--check` nothing is written: a verdict that is
not the committed one is told, and the exit status is 1. A subject that cannot be judged is told of
and counted; the exit status is 2 then.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from environments import Unavailable, python_of, run_in, version_in
from writing import ROOT

from loopspec.report.kept import KeptResult, kept, kept_json, read_kept, read_report, trace_digests

RESULTS = ROOT / "results"


class Row(msgspec.Struct, frozen=True):
    """One subject in one environment."""

    name: str
    package: str
    loop: str
    environment: str

    @property
    def version(self) -> str:
        return version_in(self.environment, self.package)

    @property
    def path(self) -> Path:
        """Where its result is kept."""
        return RESULTS / f"{self.name}-{self.version}.json"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def rows() -> list[Row]:
    """All subjects, each in each of its environments, in the order of the table."""
    table = tomllib.loads((RESULTS / "subjects.toml").read_text("utf-8"))
    return [
        Row(name, entry["package"], entry["loop"], environment)
        for name, entry in table.items()
        for environment in entry["environments"]
    ]


def judged(row: Row, folder: Path, processes: int) -> KeptResult:
    """What comes out when a subject is judged now.

    Raises:
        Unavailable: its environment cannot be made, or the suite cannot judge it.
    """
    python, report, traces = python_of(row.environment), folder / "report.json", folder / "traces"
    how = ["--quiet", "--processes", str(processes), "--timeout", "60"]
    where = ["--json", str(report), "--traces", str(traces)]
    done = run_in(python, "-m", "loopspec", "check", row.name, *how, *where)
    if not report.exists():
        last = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
        raise Unavailable(last[0].removeprefix("loopspec: error: "))
    found = kept(
        read_report(report.read_bytes()),
        target=row.name,
        environment=row.environment,
        traces=trace_digests(traces),
    )
    if found.by.version != row.version:
        raise Unavailable(f"{row.environment} has {row.package} {found.by.version}: make it anew")
    return found


def changes(before: KeptResult | None, now: KeptResult) -> Iterator[str]:
    """Each verdict that is not what it was, in one line."""
    if before is None:
        yield f"no result was committed; {counted(now)} now"
        return
    for name in {**before.rules, **now.rules}:
        old, new = before.rules.get(name), now.rules.get(name)
        was, is_ = (rule and " ".join([rule.verdict, *rule.variants]) for rule in (old, new))
        if was != is_:
            told = f": {new.message}" if new and new.message else ""
            yield f"{name} was {was or 'not judged'}, is {is_ or 'not judged'}{told}"


def differing(before: KeptResult | None, now: KeptResult) -> str:
    """What else is not as it was, which is no reason to fail."""
    if before is None:
        return ""
    digests = (before.traces, now.traces)
    other = [name for name in now.traces if digests[0].get(name) != digests[1][name]]
    return f" ({len(other)} traces are not what they were: {other[0]}, ...)" if other else ""


def counted(result: KeptResult) -> str:
    """How many rules came out how, in words."""
    shown = {verdict: number for verdict, number in result.counts.items() if number}
    return ", ".join(f"{number} {verdict}" for verdict, number in shown.items())


def _one(row: Row, check: bool, processes: int) -> str:
    """Judge a subject and say what came out; gives `same`, `changed` or `not judged`."""
    try:
        with tempfile.TemporaryDirectory(prefix="loopspec-") as folder:
            now = judged(row, Path(folder), processes)
    except Unavailable as reason:
        print(f"{row}: not judged: {reason}", flush=True)
        return "not judged"
    before = read_kept(row.path) if row.path.exists() else None
    changed = list(changes(before, now))
    print(f"{row}: {counted(now)}{differing(before, now)}", flush=True)
    for change in changed:
        print(f"  {change}", flush=True)
    if not check:
        row.path.write_bytes(kept_json(now))
    return "changed" if changed else "same"


def chosen(names: Sequence[str], places: Sequence[str] = ()) -> list[Row]:
    """The rows of these subjects in these environments; of all, where none is given.

    Raises:
        SystemExit: there is no such subject or environment.
    """
    known = rows()
    for name in names:
        if name not in {row.name for row in known}:
            raise SystemExit(f"{name}: no subject of results/subjects.toml")
    found = [
        row
        for row in known
        if (not names or row.name in names) and (not places or row.environment in places)
    ]
    for place in places:
        if place not in {row.environment for row in found}:
            raise SystemExit(f"{place}: no environment of the subjects wanted")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--in", dest="places", metavar="ENVIRONMENT", action="append", default=[])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("-j", "--processes", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args(arguments)
    ends = Counter(
        _one(row, wanted.check, wanted.processes) for row in chosen(wanted.names, wanted.places)
    )
    print(", ".join(f"{number} {end}" for end, number in ends.items()))
    if ends["not judged"]:
        return 2
    return 1 if wanted.check and ends["changed"] else 0


if __name__ == "__main__":
    sys.exit(main())
