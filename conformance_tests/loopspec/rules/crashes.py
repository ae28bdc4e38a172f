"""Checks of the chapter on checkpoints about a run that died, and was resumed in another process.

The trace of such a scenario has a trace for each process; the last one resumes, and then trains
once more on an empty folder, as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from loopspec.rules.checking import Finding, Findings, outliving, saw
from loopspec.trace import Record, Return, Trace
from loopspec.vocabulary import Event


class Afterlife(msgspec.Struct, gc=False):
    """What came of a run that died. `announced` are the steps of its checkpoints of which `on_save`
    told, `there` those that the next process found complete, None where nobody looked; `begin` is
    the first record of the resumed run, None where there is none; `torn` says that the newest
    checkpoint was damaged, or not written to its end, `lacks` what was taken out of it.
    """

    dead: Trace
    living: Trace
    announced: list[int]
    there: list[int] | None
    begin: Record | None
    torn: bool
    lacks: str

    @property
    def last(self) -> Record:
        """The last record of the process that resumed."""
        return self.living.records[-1]

    @property
    def refused(self) -> str:
        """The exception with which resuming was refused, before any event; empty for none."""
        ended = self.living.ended
        refused = self.begin is None and ended.kind == "raised" and ended.during == "resume"
        return ended.error if refused else ""

    @property
    def resumed(self) -> Return | None:
        """What the resumed run came back with."""
        return self._came_back("resume")

    @property
    def undisturbed(self) -> Return | None:
        """What the run came back with that nothing happened to."""
        return self._came_back("train")

    def _came_back(self, call: str) -> Return | None:
        return next((line for line in self.living.returns if line.name == call), None)

    def records(self, call: Return) -> list[Record]:
        """The records of one of these runs."""
        return [record for record in self.living.top if record.call == call.call]


def afterlife(trace: Trace) -> Afterlife | None:
    """What came of the run that died; None where none did, or nobody resumed it."""
    dead, living = trace.ranks[0], trace.ranks[-1]
    calls = trace.scenario.calls
    if dead.ended.kind != "killed" or "resume" not in calls or not living.records:
        return None
    number = calls.index("resume") + 1
    begin = next((record for record in living.top if record.call == number), None)
    asked = [part.partition(":") for part in calls]
    torn = any(name == "tear" for name, _, _ in asked)
    torn = torn or any(
        act.does == "kill" and act.whom not in ("", "old") for act in trace.scenario.acts
    )
    lacks = next((part for name, _, part in asked if name == "lose"), "")
    saves = [record.step for record in dead.of(Event.SAVE)]
    announced = [step for step in saves if step is not None]
    there = living.records[0].seen.get("checkpoints")
    return Afterlife(dead, living, announced, there, begin, torn, lacks)


def _about(rule: str) -> Callable[[Callable[[Afterlife], Findings]], object]:
    """Make a function over what came of a run that died the check of a rule."""

    def register(function: Callable[[Afterlife], Findings]) -> object:
        @outliving(rule)
        def checked(trace: Trace) -> Findings:
            after = afterlife(trace)
            if after is not None and after.announced:
                for finding in function(after):
                    yield finding._replace(rank=after.living.rank)

        return checked

    return register


@_about("CKPT-27")
def what_was_announced_is_there(after: Afterlife) -> Findings:
    told = after.announced[-1]
    first, there = after.living.records[0], after.there
    if there is not None and not after.lacks:
        words = f"checkpoint {told}, of which on_save told, there in the next process"
        good = max(there, default=0) >= told
        yield saw(first, good, words, f"complete only {there}" if there else "none")
    if after.torn or after.lacks:
        return
    newest = max([told, *(there or [])])
    words = f"the run resumed from checkpoint {newest}"
    if after.begin is None:
        yield Finding(False, after.last.i, words, after.living.ended.error or "no event")
    elif after.begin.step is not None:
        yield saw(after.begin, after.begin.step == newest, words, f"from {after.begin.step}")


@_about("CKPT-28")
def it_ends_as_if_nothing_had_happened(after: Afterlife) -> Findings:
    resumed, other = after.resumed, after.undisturbed
    whole = {*after.announced, *([] if after.torn else after.there or [])}
    if after.begin is None or after.begin.step not in whole or not (resumed and other):
        return
    if after.lacks:
        return
    begun = after.begin.step or 0
    due = [_moment(record) for record in after.records(other) if _is_left(record, begun)]
    came = [_moment(record) for record in after.records(resumed) if _is_left(record, begun)]
    last = after.records(resumed)[-1]
    words = "the events that were left: {}"
    yield saw(last, came == due, words.format(" ".join(due)), " ".join(came))
    if came == due:
        yield from _same_weights(last, resumed, other)


def _same_weights(last: Record, resumed: Return, other: Return) -> Findings:
    due, came = other.seen.get("weights"), resumed.seen.get("weights")
    if due is not None and came is not None:
        yield saw(last, came == due, f"weights {due} at the end, to the bit", came)


_COMPARED = (Event.STEP_END, Event.EVALUATE, Event.SAVE, Event.LOG, Event.TRAIN_END)


def _is_left(record: Record, step: int) -> bool:
    """Whether it is one of the events that are compared, of what comes after a checkpoint."""
    return record.event in _COMPARED and (record.step or 0) > step


def _moment(record: Record) -> str:
    return f"{record.event.code}@{record.step}"


@_about("CKPT-29")
def what_is_torn_is_not_taken(after: Afterlife) -> Findings:
    if after.torn:
        yield _not_taken(after)


@_about("CKPT-31")
def what_lacks_a_part_is_not_taken(after: Afterlife) -> Findings:
    if after.lacks:
        yield _not_taken(after)


def _not_taken(after: Afterlife) -> Finding:
    """Whether the run went on from a checkpoint that is whole, or was refused. One that on_save did
    not tell of may have been whole: then it ends as the run that nothing happened to."""
    whole = after.announced
    if any(call.startswith(("tear", "lose")) for call in after.living.scenario.calls):
        whole = whole[:-1]
    words = f"the run resumed from checkpoint {whole[-1]}, or refused" if whole else "refused"
    if after.begin is None:
        good = bool(after.refused)
        return Finding(good, after.last.i, words, after.living.ended.error or "no event")
    resumed, other = after.resumed, after.undisturbed
    good = [after.begin.step] == whole[-1:]
    if not good and after.begin.step and resumed and other:
        good = resumed.seen == other.seen and resumed.step == other.step
    ended = "" if resumed is not None else f", and then {after.living.ended.error}"
    return saw(after.begin, good, words, f"from step {after.begin.step}{ended}")


@_about("CKPT-30")
def passed_over_or_refused(after: Afterlife) -> Findings:
    if not after.torn:
        return
    if after.refused:
        yield Finding(True, after.last.i, variant="refused")
    elif after.begin is not None and after.begin.step in after.announced:
        yield Finding(True, after.begin.i, variant="passed-over")
