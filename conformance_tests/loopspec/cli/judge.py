"""`loopspec judge`: judge traces that were recorded before."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import click

from loopspec.cli.options import judging
from loopspec.cli.output import check_places, load_all, present
from loopspec.corpus import CORPUS
from loopspec.faults import Fault
from loopspec.judge import judge as judge_traces
from loopspec.known import bundled_known, load_known
from loopspec.pieces import look_through, read_pieces
from loopspec.run import playable_by
from loopspec.selection import choose_rules
from loopspec.trace import Trace
from loopspec.trace_file import TraceError
from loopspec.vocabulary import Edition, Level


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@judging
def judge(
    paths: tuple[Path, ...],
    rules: tuple[str, ...],
    level: Level | None,
    edition: Edition,
    known_files: tuple[str, ...],
    no_known: bool,
    strict: bool,
    quiet: bool,
    verbose: bool,
    places: dict[str, str],
) -> int:
    """Judge recorded traces of one subject: files, or folders of *.jsonl.

    A file that is no whole trace is told of, the others are judged, and the exit status is 2. A
    long trace is judged in pieces, without what can only be told of the whole: sums and counts.
    """
    check_places(*places.values())
    known = load_all(known_files)
    usable: dict[Path, Trace] = {}
    unusable = 0
    for path in _files(paths):
        try:
            usable[path] = look_through(path)
        except TraceError as error:
            unusable += 1
            click.echo(f"loopspec: error: {error}", err=True)
    if unusable and not usable:
        return 2
    subject = _one_subject(usable.values())
    if (ready := bundled_known(subject)) and not no_known:
        known = load_known(ready) | known
    report = judge_traces(
        (piece for path in usable for piece in read_pieces(path)),
        rules=choose_rules(rules or None, level),
        edition=edition,
        known=known,
        whole=not unusable and _whole(usable.values()),
    )
    status = present(
        report,
        command=f"loopspec judge {' '.join(map(str, paths))}",
        places=places,
        quiet=quiet,
        verbose=verbose,
        strict=strict,
    )
    return 2 if unusable else status


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not found:
            raise Fault(
                f"{path}: no traces (*.jsonl) in this folder. `loopspec record` makes them."
            )
        yield from found


def _one_subject(traces: Collection[Trace]) -> str:
    names = sorted({f"{trace.by.subject} {trace.by.version}" for trace in traces})
    if len(names) > 1:
        raise Fault(
            f"these are traces of several subjects ({', '.join(names)}); judge one at a time."
        )
    return next(iter(traces)).by.subject


def _whole(traces: Collection[Trace]) -> bool:
    has = frozenset(next(iter(traces)).by.capabilities)
    there = {trace.scenario.name for trace in traces}
    return there.issuperset(s.name for s in playable_by(CORPUS.values(), has))
