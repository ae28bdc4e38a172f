"""Checks of the chapter on dispatch: what callbacks share, and callbacks of an odd kind."""

from __future__ import annotations

from loopspec.rules.checking import Findings, check, saw, variant
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, flag_names


@check("DISP-34")
def one_dict_for_all(trace: Trace) -> Findings:
    for record, at, _, act in trace.done("put"):
        key = act.whom
        name = "logs" if record.event is Event.LOG else "metrics"
        given = record.logs if record.event is Event.LOG else record.metrics
        if name not in record.keywords or key in (given or {}):
            continue
        who = record.calls[at].who
        for call in record.calls[at + 1 :]:
            good = key in record.seen.get("more", {}).get(call.who, ())
            words = f"{call.who} to find in {name} what {who} put there"
            yield saw(record, good, words, f"no {key}")


@check("DISP-35")
def history_is_a_copy(trace: Trace) -> Findings:
    for record, _, _, act in trace.done("put"):
        key = act.whom
        back = next((line for line in trace.returns if line.call == record.call), None)
        logged = any(key in (r.logs or {}) for r in trace.of(Event.LOG))
        history = None if logged or back is None else back.history
        if record.event is Event.LOG and history is not None:
            good = not any(key in entry for entry in history)
            words = f"log_history without {key}, which a callback put into logs"
            yield saw(record, good, words, f"{key} in log_history")


@check("DISP-36")
def metrics_are_the_logs(trace: Trace) -> Findings:
    for record, _, _, act in trace.done("put"):
        key = act.whom
        after = next((r for r in trace.of(Event.EVALUATE) if r.i > record.i), None)
        logs = record.logs or {}
        if record.event is Event.LOG and any(name.startswith("eval_") for name in logs) and after:
            yield variant(after, "one-dict" if key in (after.metrics or {}) else "a-copy")


@check("DISP-37")
def without_a_method(trace: Trace) -> Findings:
    bare = [part for part in trace.scenario.callbacks if part.bare]
    lacks = next((r for r in trace.records for part in bare if not part.has(r.event)), None)
    if lacks is None:
        return
    last = trace.records[-1]
    broken_off = trace.outcome.kind == "raised" and not all(p.has(last.event) for p in bare)
    yield variant(last if broken_off else lacks, "refused" if broken_off else "passed-over")


@check("DISP-38")
def a_replaced_method_is_called(trace: Trace) -> Findings:
    for record, _, _, act in trace.done("patch"):
        name = act.whom
        for later in trace.of(record.event):
            if not _is_still_there(trace, name, record, later):
                break
            if later.i > record.i and any(call.who == name for call in later.calls):
                good = name in later.seen.get("replaced", ())
                yield saw(later, good, f"the new method of {name} called", "the old one")


def _is_still_there(trace: Trace, name: str, before: Record, later: Record) -> bool:
    """Whether a callback is the same object at the later record."""
    of = trace.trainer_of
    stateful = {part.name for part in trace.scenario.callbacks if part.stateful}
    calls = range(before.call + 1, later.call + 1)
    anew = name in stateful and any(trace.restores(call) for call in calls)
    return of[before.call] == of[later.call] and not anew


@check("DISP-39")
def registered_twice(trace: Trace) -> Findings:
    present = {part.name for part in trace.scenario.parts if part.given != "spare"}
    for number, call in enumerate(trace.scenario.calls, 1):
        does, _, name = call.partition(":")
        if does == "add" and name in present:
            yield from _second_time(trace, number, name)


def _second_time(trace: Trace, number: int, name: str) -> Findings:
    after = [r for r in trace.records if r.call > number]
    if after:
        times = sum(call.who == name for call in after[0].calls)
        yield variant(after[0], "each-time" if times > 1 else "once")
    elif not any(line.call == number for line in trace.returns) and trace.records:
        yield variant(trace.records[-1], "refused")


_HELD = ("model", "args", "state")


@check("DISP-40")
def given_is_what_is_held(trace: Trace) -> Findings:
    for line in trace.returns:
        if line.name == "look":
            before = [r for r in trace.records if r.call < line.call]
            others = [name for name, same in line.seen.items() if name in _HELD and not same]
            if before and line.seen:
                words = "the trainer's own model, args and state"
                yield saw(before[-1], not others, words, f"another {', '.join(others)}")


@check("DISP-41")
def set_before_raising(trace: Trace) -> Findings:
    doers = {
        (part.name, act.event)
        for part in trace.scenario.callbacks
        for act in part.acts
        if act.does in ("fail", "interrupt")
    }
    for before, record in trace.neighbours if trace.scenario.catches else ():
        last = before.calls[-1]
        new = [flag for flag in last.exit if flag not in last.entry]
        raised = record.call > before.call and (last.who, before.event) in doers
        if raised and new and record.event is Event.PREDICTION_STEP:
            lost = "".join(flag for flag in new if flag not in record.entry)
            words = f"{flag_names(''.join(new))}, which {last.who} set before it raised"
            yield saw(record, not lost, words, "cleared")
