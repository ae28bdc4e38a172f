"""Checks of the chapter on dispatch: what callbacks share, and callbacks of an odd kind."""

from __future__ import annotations

from collections.abc import Iterator

from loopspec.rules.checking import Findings, check, saw, variant
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, flag_names


def _done(trace: Trace, what: str) -> Iterator[tuple[Record, int, str]]:
    """Where a callback did this: the record, the place in it, and `whom` it was about."""
    for callback in trace.scenario.callbacks:
        for act in [act for act in callback.acts if act.does == what]:
            found = [
                (record, names.index(callback.name), act.whom)
                for record in trace.of(act.event)
                if act.step in (None, record.step)
                and callback.name in (names := [call.who for call in record.calls])
            ]
            yield from found[: act.times or None]


@check("DISP-34")
def one_dict_for_all(trace: Trace) -> Findings:
    for record, at, key in _done(trace, "put"):
        name = "logs" if record.event is Event.LOG else "metrics"
        if name not in record.keywords:
            continue
        who = record.calls[at].who
        for call in record.calls[at + 1 :]:
            good = key in record.seen.get("more", {}).get(call.who, ())
            words = f"{call.who} to find in {name} what {who} put there"
            yield saw(record, good, words, f"no {key}")


@check("DISP-35")
def history_is_a_copy(trace: Trace) -> Findings:
    for record, _, key in _done(trace, "put"):
        back = next((line for line in trace.returns if line.call == record.call), None)
        if record.event is Event.LOG and back is not None and back.history is not None:
            good = not any(key in entry for entry in back.history)
            words = f"log_history without {key}, which a callback put into logs"
            yield saw(record, good, words, f"{key} in log_history")


@check("DISP-36")
def metrics_are_the_logs(trace: Trace) -> Findings:
    for record, _, key in _done(trace, "put"):
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
    for record, _, name in _done(trace, "patch"):
        for later in trace.of(record.event):
            if later.i > record.i and any(call.who == name for call in later.calls):
                good = name in later.seen.get("replaced", ())
                yield saw(later, good, f"the new method of {name} called", "the old one")


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


@check("DISP-40")
def given_is_what_is_held(trace: Trace) -> Findings:
    for line in trace.returns:
        if line.name == "look":
            before = [r for r in trace.records if r.call < line.call]
            others = [name for name, same in line.seen.items() if same is False]
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
