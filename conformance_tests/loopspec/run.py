"""From a subject to a report: choose scenarios, play them, judge their traces."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import msgspec

from loopspec.corpus import CORPUS
from loopspec.faults import SubjectFault
from loopspec.judge import judge
from loopspec.known import Known, load_known
from loopspec.playing import Described, Everywhere, InProcess, Stage
from loopspec.report.model import Report
from loopspec.scenario import Scenario
from loopspec.selection import choose_rules, choose_scenarios, one_rule
from loopspec.smoke import blame_adapter
from loopspec.spec import Rule
from loopspec.subjects.base import Subject
from loopspec.trace import Trace
from loopspec.trace_file import write_trace
from loopspec.vocabulary import Capability, Edition, Level
from loopspec.worlds import Worlds

Progress: TypeAlias = Callable[[int, int, str], None]
"""Told how many scenarios are done, of how many, and the name of the last one."""


def check(
    subject: Subject | str,
    *,
    scenarios: Iterable[Scenario | str] | None = None,
    rules: Iterable[str] | None = None,
    level: Level | None = None,
    edition: Edition = Edition.TRANSFORMERS_5,
    known: Mapping[str, Known | str] | str | PathLike[str] | None = None,
    bundled: bool = True,
    processes: int = 1,
    timeout: float = 60.0,
    keep: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Run the scenarios on a subject and judge what its callbacks saw.

    Args:
        subject: a subject, or a target as on the command line (`"mypkg:MyTrainer"`).
        scenarios: those to run; all that the rules wanted are shown by, if left out.
        rules: ids of the rules wanted, or patterns (`"CTRL-*"`); all if left out.
        level: only rules of this level and above.
        edition: the state of the protocol to hold the subject to.
        known: rules declared broken: a file, or a mapping of ids to reasons.
        bundled: whether what comes with the subject is declared too; `known` goes before it.
        processes: worker processes; 0 runs everything in this one, for debugging, where a subject
            that hangs or dies takes everything with it.
        timeout: seconds for one scenario (in worker processes).
        keep: a folder to keep the traces in.
        progress: called after each scenario.

    Raises:
        SubjectFault: the target or its adapter is at fault, and there is nothing to judge.
        Fault: an unknown rule or scenario, or an unusable file of known deviations.
    """
    chosen = choose_rules(rules, level)
    declared: Mapping[str, Known | str] = declared_in(known)
    with staged(subject, processes, timeout) as stage:
        described = stage.describe()
        if bundled:
            declared = {**bundled_with(described), **declared}
        has = frozenset(described.by.capabilities)
        wanted = choose_scenarios(scenarios, None if len(chosen) == len(choose_rules()) else chosen)
        playable = playable_by(wanted, has)
        traces = list(_play(stage, described.by.subject, playable, keep, progress))
    names = {trace.scenario.name for trace in traces}
    whole = names.issuperset(scenario.name for scenario in playable_by(CORPUS.values(), has))
    return judge(traces, rules=chosen, edition=edition, known=declared, whole=whole)


def record_all(
    subject: Subject | str,
    *,
    scenarios: Iterable[Scenario | str] | None = None,
    rules: Sequence[Rule] | None = None,
    processes: int = 1,
    timeout: float = 60.0,
    keep: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> list[Trace]:
    """Run the scenarios on a subject, and give their traces in the order of the corpus.

    The arguments, and what is raised, are as for `check`.
    """
    with staged(subject, processes, timeout) as stage:
        described = stage.describe()
        has = frozenset(described.by.capabilities)
        wanted = playable_by(choose_scenarios(scenarios, rules), has)
        return list(_play(stage, described.by.subject, wanted, keep, progress))


def bundled_with(described: Described) -> dict[str, Known]:
    """The known deviations that come with a subject."""
    entries = load_known(described.known) if described.known else {}
    return {
        rule: msgspec.structs.replace(entry, inherited=entry.inherited or described.inherits)
        for rule, entry in entries.items()
    }


def declared_in(
    known: Mapping[str, Known | str] | str | PathLike[str] | None,
) -> Mapping[str, Known | str]:
    """The known deviations in a file, or in a mapping of ids to reasons.

    Raises:
        Fault: there is no such file or rule, or the file cannot be used.
    """
    if known is None:
        return {}
    if not isinstance(known, Mapping):
        return {**load_known(known)}
    for rule in known:
        one_rule(rule)
    return known


def playable_by(scenarios: Iterable[Scenario], has: frozenset[Capability]) -> list[Scenario]:
    """Those scenarios that a subject with these capabilities can run."""
    return [scenario for scenario in scenarios if scenario.needs() <= has]


@contextlib.contextmanager
def staged(subject: Subject | str, processes: int, timeout: float) -> Iterator[Stage]:
    """A stage for a subject: this process if `processes` is 0, else that many workers. Scenarios of
    several processes are launched in either case."""
    with tempfile.TemporaryDirectory(prefix="loopspec-", ignore_cleanup_errors=True) as name:
        if not processes:
            with Worlds(subject, processes, timeout, Path(name)) as worlds:
                yield Everywhere(InProcess(subject, Path(name)), worlds)
        else:
            from loopspec.workers import Workers  # the only part that needs pebble

            with (
                Worlds(subject, processes, timeout, Path(name)) as worlds,
                Workers(subject, processes, timeout, Path(name)) as workers,
            ):
                yield Everywhere(workers, worlds)


def _play(
    stage: Stage,
    name: str,
    scenarios: list[Scenario],
    keep: str | PathLike[str] | None,
    progress: Progress | None,
) -> list[Trace]:
    """The traces in the order of `scenarios`, whatever the order in which they came to an end."""
    if not scenarios:
        raise SubjectFault(
            f"{name}: it declares too few capabilities for any of the scenarios wanted; "
            "there is nothing to run."
        )
    if keep is not None:
        Path(keep).mkdir(parents=True, exist_ok=True)
    traces: dict[str, Trace] = {}
    for first, batch in ((True, scenarios[:1]), (False, scenarios[1:])):
        for trace in stage.play(batch):
            if first and not trace.left_out:
                blame_adapter(trace, name)
            traces[trace.scenario.name] = trace
            if keep is not None:
                write_trace(trace, Path(keep) / f"{trace.scenario.name}.jsonl")
            if progress:
                progress(len(traces), len(scenarios), trace.scenario.name)
    return [traces[scenario.name] for scenario in scenarios]
