"""Traces: what the callbacks of one scenario saw, as JSON lines.

The first line is a `Header`, then come `Record`s (one for each event that fired) and `Return`s
(one for each call of the user that came back), and the last line is the `Outcome`. Where several
processes play, each has its records, returns and outcome below a line that says which one it is. A
trace holds no time, no address and no path: the same run gives the same bytes.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import msgspec

from loopspec.deeds import Deed, played
from loopspec.scenario import Scenario
from loopspec.vocabulary import Capability, Event

Value: TypeAlias = float | int | str | bool | None
"""A logged value: NaN and infinities as text; None for one that measures time or speed."""


class Call(msgspec.Struct, array_like=True, gc=False):
    """One callback called at an event: who, with which control, flags before and after.

    `control` is the ordinal of the control object among all that were seen, None where none was
    given. `returned` is None, the ordinal of the control that was returned, or the type name of
    something that is no control.
    """

    who: str
    control: int | None
    entry: str
    exit: str
    returned: int | str | None = None


class Record(msgspec.Struct, tag_field="line", tag="event", gc=False):
    """One event: where the run was, and every callback that was called, in order.

    `step`, `epoch`, `history` (length of `log_history`), `best` and `best_step` are fields of the
    state, None where no state was given. `state` and `args` are ordinals of the objects. `keywords`
    maps the name of each keyword argument to whether it was something other than None. `seen` is
    what the adapter looked up around the trainer. `call` counts the user's calls (0: construction),
    `depth` is 1 for an event fired from inside a callback. `fields` has other fields of the state,
    those that it has, and of them only what changed since the record before (see `Trace.fields`);
    of `best_model_checkpoint` it has the step.
    """

    i: int
    event: Event
    call: int
    depth: int
    positional: int
    step: int | None
    epoch: float | None
    max_steps: int | None
    history: int | None
    best: Value
    best_step: int | None
    state: int | None
    args: int | None
    calls: list[Call]
    keywords: dict[str, bool]
    logs: dict[str, Value] | None = None
    metrics: dict[str, Value] | None = None
    seen: dict[str, Any] = {}
    fields: dict[str, Value] = {}

    @property
    def entry(self) -> str:
        """The flags as the first callback found them."""
        return self.calls[0].entry

    @property
    def exit(self) -> str:
        """The flags as the last callback left them."""
        return self.calls[-1].exit


class Return(msgspec.Struct, tag_field="line", tag="return"):
    """One call of the user that came back, and what the trainer held then.

    `history` has the entries of `log_history` with timing values as None; `flags` are those of the
    trainer's control. `raised` is the class of a scripted exception that the user caught.
    """

    call: int
    name: str
    step: int | None = None
    flags: str | None = None
    history: list[dict[str, Value]] | None = None
    seen: dict[str, Any] = {}
    raised: str = ""


class Outcome(msgspec.Struct, tag_field="line", tag="outcome"):
    """How it ended. `raised`: an exception that no script asked for counts against the subject.

    `scripted` is an exception that a callback of the scenario raised, `killed` what a process of it
    writes last that is killed as the scenario says; `hung` and `died` are written by the one who
    watched the worker; `left-out` says that the trainer has nothing of what the
    scenario asks for, and `error` what that is. `during` is the user's call that raised, or
    `building`.
    """

    kind: Literal[
        "completed", "scripted", "raised", "killed", "hung", "died", "adapter-fault", "left-out"
    ]
    error: str = ""
    where: str = ""
    during: str = ""


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who made a trace: the subject, and the versions of what it ran on. `adapted` is what its
    adapter does in its place, each with a sentence about it (see `loopspec.adapted`)."""

    subject: str
    version: str
    capabilities: tuple[Capability, ...]
    suite: str
    packages: dict[str, str] = {}
    adapted: dict[str, str] = {}


class Header(msgspec.Struct, tag_field="line", tag="trace"):
    version: int
    scenario: Scenario
    by: Provenance

    def __post_init__(self) -> None:
        # 2 epochs and 2.0 are the same job, and must give the same bytes.
        self.scenario = msgspec.convert(msgspec.to_builtins(self.scenario), Scenario)


class Process(msgspec.Struct, tag_field="line", tag="process"):
    """In the trace of several processes: the lines up to the next outcome are this one's."""

    rank: int


Line: TypeAlias = Header | Process | Record | Return | Outcome


_NEW = ("new", "process", "elsewhere")
"""The calls that make another trainer."""


class Trace:
    """The lines of one scenario, with the views that rules look at.

    Of several processes, each has a trace of its own, and the first one's has the others in
    `ranks`. Its `outcome` is that of all together, `ended` its own.
    """

    def __init__(
        self,
        scenario: Scenario,
        by: Provenance,
        lines: Iterable[Record | Return],
        outcome: Outcome,
        *,
        rank: int = 0,
    ) -> None:
        self.scenario, self.by, self.outcome, self.rank = scenario, by, outcome, rank
        self.ended = outcome
        self._others: tuple[Trace, ...] = ()
        # Of a piece of a longer trace (see `pieces`): which one it is, and what came before it.
        self.piece = self.batches_before = self.epochs_before = 0
        self.records: list[Record] = []
        self.returns: list[Return] = []
        for line in lines:
            if isinstance(line, Record):
                self.records.append(line)
            else:
                self.returns.append(line)
        # A record is written when its last callback returns, so events nested in it come first.
        self.records.sort(key=lambda record: record.i)

    def together(self, others: Iterable[Trace], outcome: Outcome) -> Trace:
        """This trace of the first process as that of all of them, with how they ended."""
        self._others, self.outcome = tuple(others), outcome
        return self

    @property
    def ranks(self) -> tuple[Trace, ...]:
        """The traces of all processes; this one alone, where a single one played."""
        # Made each time: a trace that refers to itself would stay until somebody collects garbage.
        return (self, *self._others)

    @functools.cached_property
    def deeds(self) -> list[Deed]:
        """The acts that callbacks played, in the order of their records."""
        return list(played(self))

    def done(self, *what: str) -> list[Deed]:
        """The acts of these kinds (see `Act.does`)."""
        return [deed for deed in self.deeds if deed.act.does in what]

    @functools.cached_property
    def failures(self) -> list[tuple[Record, str]]:
        """Each event in which a callback raised because the script said so, with its name."""
        return [(deed.record, deed.part.name) for deed in self.deeds if deed.raises]

    @functools.cached_property
    def broken_off(self) -> set[int]:
        """The calls of the user that an exception ended, also where it did not reach him."""
        found = {returned.call for returned in self.returns if returned.raised}
        if self.outcome.kind != "completed" and self.records:
            found.add(self.records[-1].call)
        last = {record.call: record for record in self.records}
        return found | {raised.call for raised, _ in self.failures if raised is last[raised.call]}

    @property
    def unfinished(self) -> int:
        """The number of the user's call that the trainer did not come to an end with; 0 if there
        is none, or the trainer was not even built."""
        done = self.outcome.kind in ("completed", "scripted") or self.outcome.during == "building"
        return 0 if done else len(self.returns) + 1

    @property
    def while_told(self) -> Trace:
        """This trace up to where a callback returned something that is no control and the trainer
        passed it on: nothing says what is to become of the flags then."""
        if all(act.gives != "junk" for act in self.scenario.acts):
            return self
        for n, record in enumerate(self.records):
            if not any(isinstance(call.returned, str) for call in record.calls):
                continue
            rest = self.records[n + 1 :]
            if _is_passed_on(record, rest):
                inside = itertools.takewhile(bool, (r.depth > record.depth for r in rest))
                lines = self.records[: n + 1 + len(list(inside))]
                back = [r for r in self.returns if r.call < record.call]
                told = Trace(self.scenario, self.by, [*lines, *back], self.outcome)
                told.piece, told.batches_before = self.piece, self.batches_before
                told.epochs_before = self.epochs_before
                return told
        return self

    @functools.cached_property
    def top(self) -> list[Record]:
        """The records of events that the trainer fired by itself, not from inside a callback."""
        return [record for record in self.records if not record.depth]

    @functools.cached_property
    def fields(self) -> list[dict[str, Value]]:
        """For each record, all the fields of the state that the trace knows by then."""
        known: dict[str, Value] = {}
        made = []
        for record in self.records:
            if record.fields:
                known = known | record.fields
            made.append(known)
        return made

    @functools.cached_property
    def _by_event(self) -> dict[Event, list[Record]]:
        index: dict[Event, list[Record]] = {event: [] for event in Event}
        for record in self.records:
            index[record.event].append(record)
        return index

    def of(self, *events: Event) -> list[Record]:
        """All records of these events, in the order of the trace."""
        if len(events) == 1:
            return self._by_event[events[0]]
        return sorted((r for e in events for r in self._by_event[e]), key=lambda record: record.i)

    @functools.cached_property
    def neighbours(self) -> list[tuple[Record, Record]]:
        """Each top-level record with the next one of the same trainer, also across the user's
        calls."""
        of = self.trainer_of
        pairs = zip(self.top, self.top[1:], strict=False)
        return [(a, b) for a, b in pairs if of[a.call] == of[b.call]]

    @functools.cached_property
    def trainer_of(self) -> list[int]:
        """For each of the user's calls, from construction on, the call that made its trainer."""
        made = [0]
        for number, call in enumerate(self.scenario.calls, 1):
            made.append(number if call in _NEW else made[-1])
        return made

    def job_of(self, call: int) -> Scenario:
        """The scenario with the arguments that the trainer of this call has."""
        return self.scenario.anew if self.trainer_of[call] else self.scenario

    def restores(self, call: int) -> bool:
        """Whether the states of callbacks come back in this call of the user."""
        resumed = call > 0 and self.scenario.calls[call - 1].startswith("resume")
        return resumed and self.job_of(call).restore_callback_states_from_checkpoint

    @functools.cached_property
    def trainers(self) -> list[list[Record]]:
        """The records of each trainer, nested ones included."""
        of = self.trainer_of
        return [[r for r in self.records if of[r.call] == made] for made in sorted(set(of))]

    @functools.cached_property
    def pairs(self) -> list[tuple[Record, Record]]:
        """Each top-level record with the next one of the same call."""
        return [(a, b) for a, b in self.neighbours if a.call == b.call]

    @functools.cached_property
    def runs(self) -> list[list[Record]]:
        """The top-level records of each `train()` call that fired anything."""
        trains = {
            n
            for n, call in enumerate(self.scenario.calls, 1)
            if call.startswith(("train", "resume"))
        }
        runs: dict[int, list[Record]] = {}
        for record in self.top:
            if record.call in trains:
                runs.setdefault(record.call, []).append(record)
        return list(runs.values())

    @property
    def left_out(self) -> bool:
        """Whether the adapter left the scenario out, so that there is nothing to judge."""
        return self.outcome.kind == "left-out"

    @property
    def complete(self) -> bool:
        """Whether the scenario was run to its end, or to an exception that belongs to it."""
        belongs = self.scenario.may_raise or any(
            raised.call == self.records[-1].call for raised, _ in self.failures
        )
        return self.outcome.kind in ("completed", "scripted") or (
            self.outcome.kind == "raised" and belongs
        )

    def text(self, *events: Event) -> str:
        """The trace in one line: `SE@1[SL]` is on_step_end at step 1, found with the flags S and L.

        Of all events, or of these.
        """
        return " ".join(
            f"{r.event.code}@{r.step}" + (f"[{r.entry}]" if r.entry else "")
            for r in self.records
            if not events or r.event in events
        )

    def codes(self) -> str:
        """The events in short names: `IE TB EB SB ...`."""
        return " ".join(record.event.code for record in self.records)


def _is_passed_on(record: Record, rest: Iterable[Record]) -> bool:
    """Whether a callback returned something that is no control, and the next one got it."""
    later = next((r.calls[0] for r in rest if r.calls and r.depth <= record.depth), None)
    pairs = zip(record.calls, [*record.calls[1:], later], strict=True)
    return any(isinstance(a.returned, str) and b and b.control is None for a, b in pairs)
