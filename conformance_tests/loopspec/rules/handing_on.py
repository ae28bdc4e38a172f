"""Checks of the chapter on dispatch: how control is handed on."""

from __future__ import annotations

from collections.abc import Iterator

from loopspec.machine.players import divides, interval
from loopspec.rules.checking import Findings, check, saw, unless, variant
from loopspec.rules.windows import windows
from loopspec.trace import Call, Record, Trace
from loopspec.vocabulary import Event, Flag, flag_names


def _handovers(trace: Trace) -> list[tuple[Record, Call, Call]]:
    """A callback and the next one of the event, where anything happened between or in the first;
    made once for each trace."""
    made: list[tuple[Record, Call, Call]] | None = trace.__dict__.get("_handovers")
    if made is None:
        made = trace.__dict__["_handovers"] = [
            (record, a, b)
            for record in trace.records
            for a, b in zip(record.calls, record.calls[1:], strict=False)
            if a.control != b.control or a.entry != a.exit or a.returned is not None
        ]
    return made


def _returned(trace: Trace) -> list[tuple[Record, int]]:
    """Who returned something: the record, the place in it; made once for each trace."""
    made: list[tuple[Record, int]] | None = trace.__dict__.get("_returned")
    if made is None:
        made = trace.__dict__["_returned"] = [
            (record, n)
            for record in trace.records
            for n, call in enumerate(record.calls)
            if call.returned is not None
        ]
    return made


def _taken_over(trace: Trace) -> Iterator[tuple[Call, Record, Record]]:
    """Who returned the control with which an event ended, that event, and the trainer's next."""
    returned = _returned(trace)
    following = {before.i: record for before, record in trace.pairs} if returned else {}
    for record, n in returned:
        call, after = record.calls[n], record.calls[n + 1 :]
        kept = all(c.control == call.returned and c.returned is None for c in after)
        # The trainer does not look at what on_push_begin gives back.
        looks = record.event is not Event.PUSH_BEGIN and record.i in following
        if isinstance(call.returned, int) and kept and looks:
            yield call, record, following[record.i]


@check("DISP-13")
def one_control(trace: Trace) -> Findings:
    def changed() -> Findings:
        for record, a, b in _handovers(trace):
            if a.returned is None and a.control != b.control:
                got = "none" if b.control is None else "another"
                yield saw(record, False, f"{b.who} to get the same control as {a.who}", got)

    yield from unless((r for r in trace.records if len(r.calls) > 1), changed())


@check("DISP-42")
def control_stays(trace: Trace) -> Findings:
    # Which of several controls an event leaves that an exception ended is stated nowhere.
    torn = {raised.i for raised, _ in trace.failures}

    def another() -> Findings:
        for before, record in trace.neighbours:
            if before.i in torn:
                continue
            kept, given = before.calls[-1].control, record.calls[0].control
            brought_back = trace.restores(record.call) and record.event is Event.TRAIN_BEGIN
            returned = any(call.returned is not None for call in before.calls)
            if given not in (kept, None) and kept is not None and not (returned or brought_back):
                yield saw(record, False, f"the same control as in {before.event}", "another")

    yield from unless(trace.records[1:], another())


@check("DISP-14")
def flags_are_seen_by_the_next(trace: Trace) -> Findings:
    for record, a, b in _handovers(trace):
        if a.entry != a.exit and a.returned is None:
            changed = set(a.entry) ^ set(a.exit)
            lost = "".join(
                sorted(flag for flag in changed if (flag in a.exit) != (flag in b.entry))
            )
            yield saw(
                record,
                not lost,
                f"{b.who} to find {flag_names(lost)} as {a.who} left it",
                "as it was before" if lost else "",
            )


@check("DISP-15")
def returned_control_replaces(trace: Trace) -> Findings:
    for record, a, b in _handovers(trace):
        if isinstance(a.returned, int) and a.returned != a.control:
            good = b.control == a.returned
            yield saw(record, good, f"{b.who} to get the control that {a.who} returned", "another")
    for a, before, record in _taken_over(trace):
        if isinstance(a.returned, int) and a.returned != a.control:
            good = record.calls[0].control == a.returned
            words = f"the control that {a.who} returned in {before.event}"
            yield saw(record, good, words, "another")


@check("DISP-16")
def returning_the_same_changes_nothing(trace: Trace) -> Findings:
    for record, a, b in _handovers(trace):
        if a.returned is not None and a.returned == a.control:
            good = b.control == a.control
            yield saw(record, good, f"{b.who} to get the same control as {a.who}", "another")
    for a, before, record in _taken_over(trace):
        if a.returned == a.control:
            good = record.calls[0].control == a.control
            words = f"the same control as in {before.event}, where {a.who} returned it"
            yield saw(record, good, words, "another")


@check("DISP-17")
def something_else_is_returned(trace: Trace) -> Findings:
    for record, n in _returned(trace):
        after = record.calls[n + 1 :]
        if not isinstance(record.calls[n].returned, str):
            continue
        if after:
            yield variant(record, "passed-on" if after[0].control is None else "ignored")
        elif trace.outcome.kind == "raised" and record is trace.records[-1]:
            yield variant(record, "refused")


_STRATEGIES = (
    (Flag.LOG, "logging_strategy", "logging_steps", Event.LOG),
    (Flag.EVALUATE, "eval_strategy", "eval_steps", Event.EVALUATE),
    (Flag.SAVE, "save_strategy", "save_steps", Event.SAVE),
)


@check("DISP-18")
def default_flow_comes_first(trace: Trace) -> Findings:
    if trace.scenario.without_flow:
        return  # who serves without being asked then is for DISP-32
    for flag, strategy, steps, event in _STRATEGIES:
        for window in windows(trace):
            at = window.opening
            job = trace.job_of(at.call)
            kind = getattr(job, strategy)
            # A checkpoint has the intervals of the job that wrote it.
            resumed = trace.scenario.calls[at.call - 1].startswith("resume")
            every = getattr(trace.scenario if resumed else job, steps)
            served = window.log if event is Event.LOG else window.count(event)
            delayed = flag is Flag.EVALUATE and _delayed(trace, at)
            due = not delayed and _due(at, kind, every)
            if served and at.calls[0].control is not None and due:
                if flag in at.entry:
                    yield saw(at, True, "")
                elif not any(_sets(record, flag) for record in (at, *window.served)):
                    words = f"{flag.field}, which is due here, set before the first callback"
                    yield saw(at, False, words, "set after the last one")


def _due(at: Record, kind: str, every: float) -> bool:
    """Whether a strategy asks for this here."""
    if at.event is Event.EPOCH_END:
        return kind == "epoch"
    return kind == "steps" and divides(interval(every, at.max_steps or 0), at.step or 0)


def _delayed(trace: Trace, at: Record) -> bool:
    """Whether the default flow holds evaluations back here still."""
    progress = at.epoch if at.event is Event.EPOCH_END else at.step
    return (progress or 0) < trace.scenario.eval_delay


def _sets(record: Record, flag: Flag) -> bool:
    return any(flag in call.exit and flag not in call.entry for call in record.calls)
