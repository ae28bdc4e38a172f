"""Checks of the chapter on dispatch: several of one class, and what is taken out by class."""

from __future__ import annotations

from loopspec.rules.checking import Findings, check, saw, unless, variant
from loopspec.rules.outline import Run, outline
from loopspec.rules.registered import by_the_user
from loopspec.rules.roster import left_out
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, Flag, flag_names


@check("DISP-27")
def twins_are_called(trace: Trace) -> Findings:
    if any(part.twin for part in trace.scenario.callbacks):
        words = "both callbacks of one class called"
        against = left_out(trace, "twin")
        yield from unless(
            trace.records, (saw(record, False, words, f"not {names}") for record, names in against)
        )


def _after(trace: Trace, call: int) -> Record:
    """The next record after a call of the user; the last of all if there is none."""
    return next((r for r in trace.records if r.call > call), trace.records[-1])


@check("DISP-28")
def the_first_of_a_class_goes(trace: Trace) -> Findings:
    for taking in by_the_user(trace).takings if trace.records else ():
        if taking.how != "pop" and taking.here and taking.returned:
            first = taking.here[0]
            words = f"{first} taken out, the first that is an instance of the class"
            good, got = taking.taken == [first], ", ".join(taking.taken)
            yield saw(_after(trace, taking.call), good, words, got)


@check("DISP-29")
def pop_gives_back(trace: Trace) -> Findings:
    for taking in by_the_user(trace).takings if trace.records else ():
        if taking.how != "remove-class" and taking.here and taking.returned:
            good = taking.popped in taking.taken
            words = f"pop_callback to give back {' or '.join(taking.taken)}"
            yield saw(_after(trace, taking.call), good, words, taking.popped or "None")


@check("DISP-30")
def nothing_to_take_out(trace: Trace) -> Findings:
    for taking in by_the_user(trace).takings if trace.records else ():
        if not taking.here:
            at = _after(trace, taking.call)
            if not taking.returned and taking.call == trace.unfinished:
                yield saw(at, False, "nothing to happen, as there is no such callback", "an error")
            elif taking.returned:
                words = "None, as there is no such callback"
                taken = f"{', '.join(taking.taken)} taken out"
                yield saw(at, not taking.popped and not taking.taken, words, taking.popped or taken)


@check("DISP-31")
def removing_a_stranger(trace: Trace) -> Findings:
    parts = trace.scenario.callbacks
    present = {part.name for part in parts if part.given != "spare"}
    for number, call in enumerate(trace.scenario.calls, 1):
        does, _, name = call.partition(":")
        if does == "remove" and name not in present and trace.records:
            back = any(line.call == number for line in trace.returns)
            yield variant(_after(trace, number), "ignored" if back else "raises")
        if does in ("remove", "pop"):
            present.discard(name)
        elif does == "add":
            present.add(name)


_ASKED = (Flag.TRAINING_STOP, Flag.SAVE, Flag.EVALUATE, Flag.LOG)


@check("DISP-32")
def without_the_flow(trace: Trace) -> Findings:
    if not trace.scenario.without_flow:
        return
    since = trace.scenario.calls.index("remove-flow") + 1
    before = {b.i: a.exit for a, b in trace.pairs}
    for run in outline(trace):
        call = run.records[0].call
        if call < since or trace.trainer_of[call] != trace.trainer_of[since]:
            continue
        for record in run.records:
            if record.event in (Event.STEP_END, Event.EPOCH_END):
                stood = before.get(record.i, "")
                due = "".join(flag for flag in _ASKED if flag in record.entry and flag not in stood)
                yield saw(record, not due, "nothing due by itself", f"{flag_names(due)} set")
        steps = [r for r in run.records if r.event is Event.STEP_END]
        stopped = any(set("TE") & set(record.exit) for record in run.records)
        if steps and run.finished and not run.resumed and not stopped:
            yield from _goes_on(run, steps[-1])


def _goes_on(run: Run, last: Record) -> Findings:
    """Whether the run went on to the end of the epoch in which `max_steps` lies."""
    most = run.records[0].max_steps  # a callback may change it later on
    if last.step is not None and most is not None:
        planned = -(-most // run.updates_per_epoch) * run.updates_per_epoch
        words = f"the last epoch to be whole, up to step {planned}"
        yield saw(last, last.step >= planned, words, f"an end at step {last.step}")


@check("DISP-33")
def the_same_keywords(trace: Trace) -> Findings:
    first: dict[Event, Record] = {}

    def others() -> Findings:
        for record in trace.records:
            known = first.setdefault(record.event, record)
            if known.keywords.keys() != record.keywords.keys():
                changed = known.keywords.keys() ^ record.keywords.keys()
                words = f"the keywords of the first {record.event}"
                more = sorted(changed & record.keywords.keys())
                less = sorted(changed - record.keywords.keys())
                got = [f"{name} besides" for name in more] + [f"no {name}" for name in less]
                yield saw(record, False, words, ", ".join(got))

    yield from unless(trace.records, others())
