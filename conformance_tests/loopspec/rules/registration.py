"""Checks of the chapter on dispatch: callbacks that come and go, and events inside events."""

from __future__ import annotations

from collections.abc import Iterator

from loopspec.rules.checking import Findings, check, saw, unless, variant
from loopspec.rules.roster import left_out, roster
from loopspec.rules.windows import Window, windows
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, Flag

# Coming and going ---------------------------------------------------------------------------------


@check("DISP-19")
def classes_are_instantiated(trace: Trace) -> Findings:
    parts = trace.scenario.callbacks
    if not any(part.given == "class" for part in parts):
        return
    for record, names in left_out(trace, "class"):
        yield saw(record, False, f"an instance of {names} called", "none")
    for part in parts:
        calls = [(r, call) for r in trace.records for call in r.calls if call.who == part.name]
        acted = [record for record, call in calls if call.entry != call.exit]
        most = sum(deed.part is part for deed in trace.deeds)
        if len(acted) > most:
            words = f"one instance of {part.name}, which knows that it has acted"
            yield saw(acted[most], False, words, "a new one")
        elif calls:
            yield saw(calls[0][0], True, "")


@check("DISP-20")
def added_get_what_follows(trace: Trace) -> Findings:
    against = [
        saw(record, False, f"{names}, which was added, called", "not called")
        for record, names in left_out(trace, "added")
    ]
    against += [
        saw(seen.record, False, f"{name} called from its registration on", "called before")
        for seen in roster(trace)
        for name in seen.strangers
        if name not in seen.origin
    ]
    added = {part.name for part in trace.scenario.callbacks if part.given in ("added", "spare")}
    if added:
        came = (r for r in trace.records if not added.isdisjoint([c.who for c in r.calls]))
        yield from unless(came, against)


@check("DISP-21")
def removed_get_nothing(trace: Trace) -> Findings:
    calls = [call for call in trace.scenario.calls if call.startswith(("remove:", "pop:"))]
    gone = {call.partition(":")[2] for call in calls}
    gone |= {act.whom for act in trace.scenario.acts if act.does == "remove"}
    if gone:
        called = [
            saw(seen.record, False, f"{name} not called, as it was removed", "called")
            for seen in roster(trace)
            for name in seen.strangers
            if name in seen.origin and name in gone
        ]
        yield from unless(trace.records[-1:], called)


@check("DISP-22")
def removing_hides_nothing(trace: Trace) -> Findings:
    for seen in roster(trace):
        if seen.removes and not seen.broken_off:
            got = f"not {', '.join(seen.missing)}"
            yield saw(seen.record, not seen.missing, "all others called in this event too", got)


@check("DISP-23")
def added_during_an_event(trace: Trace) -> Findings:
    for seen in roster(trace):
        for name, how in seen.own_changes.items():
            if how == "add" and not seen.broken_off:
                yield variant(seen.record, "this-event" if name in seen.names else "next-event")


# Events inside events -----------------------------------------------------------------------------

_FIRES = {"evaluate": [Event.LOG, Event.EVALUATE], "log": [Event.LOG]}


@check("DISP-24")
def events_inside_events(trace: Trace) -> Findings:
    sets = max(1, len(trace.scenario.eval_sets))
    for seen in roster(trace):
        if seen.fires and not seen.broken_off:
            wanted = [
                event
                for _, act in seen.fires
                for event in _FIRES[act.does] * (sets if act.does == "evaluate" else 1)
            ]
            got = [r.event for r in seen.nested if r.event is not Event.PREDICTION_STEP]
            inside = ", ".join(wanted) + " inside this event"
            yield saw(seen.record, got == wanted, inside, ", ".join(got) or "nothing")
            others = f"not {', '.join(seen.missing)}"
            within = {record.i for record in seen.nested}
            if any(deed.record.i in within for deed in trace.done("remove")):
                continue  # whom that hides the event from is for DISP-22
            yield saw(seen.record, not seen.missing, "the other callbacks called after it", others)


def _while_due(trace: Trace, flag: Flag) -> Iterator[tuple[Record, Window, str]]:
    """Where a callback fired events while this was due: the record, what followed, what it did."""
    followed = {window.opening.i: window for window in windows(trace)}
    for seen in roster(trace):
        window = followed.get(seen.record.i)
        for call, act in seen.fires if window else ():
            if window and flag in call.entry:
                yield seen.record, window, act.does


@check("DISP-25")
def an_evaluation_was_due_anyway(trace: Trace) -> Findings:
    for record, window, does in _while_due(trace, Flag.EVALUATE):
        if does == "evaluate":
            yield variant(record, "twice" if window.count(Event.EVALUATE) else "once")


@check("DISP-26")
def a_log_was_due_anyway(trace: Trace) -> Findings:
    for record, window, _ in _while_due(trace, Flag.LOG):
        if not window.logged:
            yield variant(record, "kept" if window.log else "dropped")
