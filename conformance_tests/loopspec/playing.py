"""Playing one scenario of a subject into a file, in whatever process this is.

Each line goes into the file the moment it is there, so that what a subject did before it hung or
died is not lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from loopspec.adapted import RULES as ADAPTED
from loopspec.faults import SubjectFault, install_hint, told
from loopspec.recording import provenance, record
from loopspec.scenario import Scenario
from loopspec.subjects.base import Subject
from loopspec.targets import resolve
from loopspec.trace import Header, Line, Outcome, Provenance, Record, Return, Trace
from loopspec.trace_file import TRACE_VERSION, TraceError, line_to_json, read_lines
from loopspec.vocabulary import Capability

_CAPABILITIES = [capability.value for capability in Capability]


class Described(msgspec.Struct):
    """What is to be known of a subject before its scenarios are chosen."""

    by: Provenance
    known: str | None
    inherits: bool


class Stage(Protocol):
    """Where scenarios are played."""

    def describe(self) -> Described: ...

    def play(self, scenarios: Sequence[Scenario]) -> Iterator[Trace]:
        """Play each, and give its trace when it is there, in any order."""


def describe(subject: Subject) -> Described:
    """Look at a subject without building a trainer.

    Raises:
        SubjectFault: not even that works.
    """
    try:
        _ = subject.callback_base  # imports the framework, so that a missing one shows here
        unknown = [name for name in subject.capabilities if name not in _CAPABILITIES]
        odd = [name for name in subject.adapted if name not in ADAPTED]
        known = subject.known_deviations
        inherits = subject.inherits_deviations
        described = Described(provenance(subject), str(known) if known else None, inherits)
    except ModuleNotFoundError as error:
        raise SubjectFault(
            f"{_class(subject)}: {told(error)}.{install_hint(error.name)}"
        ) from error
    except (Exception, SystemExit) as error:
        asked = "asking for its name, version and callback class"
        raise SubjectFault(
            f"{_class(subject)}: the adapter is at fault: {asked} raised {told(error)}."
        ) from error
    if unknown:
        raise SubjectFault(
            f"{_class(subject)}: it declares {unknown[0]!r}, which is no capability. There are "
            f"{', '.join(_CAPABILITIES)}."
        )
    if odd:
        raise SubjectFault(
            f"{_class(subject)}: it declares {odd[0]!r} as adapted, which nothing is called that "
            f"an adapter can decide. There are {', '.join(ADAPTED)}."
        )
    return described


def _class(subject: Subject) -> str:
    return f"{type(subject).__module__}:{type(subject).__qualname__}"


def perform(
    subject: Subject,
    scenario: Scenario,
    path: Path,
    *,
    rank: int = 0,
    shared: Path | None = None,
) -> None:
    """Play one scenario into a file, line by line, unbuffered. `rank` and `shared` are for one of
    several processes (see `record`)."""
    with path.open("wb", buffering=0) as file:

        def write(line: Line) -> None:
            file.write(line_to_json(line))

        write(Header(TRACE_VERSION, scenario, provenance(subject)))
        try:
            record(subject, scenario, write, rank=rank, shared=shared)
        # What gets out of record() is the adapter's: a value that no trace can hold, for one.
        except (Exception, SystemExit) as error:
            write(Outcome("raised", f"{type(error).__name__}: {error}", during="recording"))


def collect(path: Path, scenario: Scenario, by: Provenance, cut: Outcome, rank: int = 0) -> Trace:
    """The trace in a file that `perform` wrote; where it was cut short, `cut` is how it ended."""
    lines: list[Record | Return] = []
    outcome = cut
    try:
        for line in read_lines(path):
            if isinstance(line, Outcome):
                outcome = line
            elif isinstance(line, Record | Return):
                lines.append(line)
    except TraceError:
        pass  # the line at which it was cut short; or it never began
    return Trace(scenario, by, lines, outcome, rank=rank)


class InProcess:
    """Plays in this process: a debugger works, and a subject that hangs hangs everything."""

    def __init__(self, subject: Subject | str, folder: Path) -> None:
        self._subject = resolve(subject) if isinstance(subject, str) else subject
        self._folder = folder

    def describe(self) -> Described:
        return describe(self._subject)

    def play(self, scenarios: Sequence[Scenario]) -> Iterator[Trace]:
        by = provenance(self._subject)
        for scenario in scenarios:
            path = self._folder / f"{scenario.name}.jsonl"
            perform(self._subject, scenario, path)
            yield collect(path, scenario, by, Outcome("died"))


class Launching(Protocol):
    """Where scenarios of several processes are played."""

    def prepare(self) -> None:
        """Begin with what takes long."""

    def play(self, scenarios: Sequence[Scenario], by: Provenance) -> Iterator[Trace]: ...


class Everywhere:
    """Plays scenarios of one process on a stage, and those of several where they are launched."""

    def __init__(self, alone: Stage, together: Launching) -> None:
        self._alone, self._together = alone, together
        self._by: Provenance | None = None

    def describe(self) -> Described:
        described = self._alone.describe()
        self._by = described.by
        return described

    def play(self, scenarios: Sequence[Scenario]) -> Iterator[Trace]:
        assert self._by is not None, "describe() comes first"
        several = [one for one in scenarios if one.processes > 1]
        if several:
            self._together.prepare()
        yield from self._alone.play([one for one in scenarios if one.processes == 1])
        yield from self._together.play(several, self._by)
