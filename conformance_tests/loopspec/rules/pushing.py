"""Checks of the chapter on events: what a user uploads and saves by himself."""

from __future__ import annotations

from loopspec.rules.checking import Finding, Findings, check, saw, variant
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event


@check("EVT-41")
def push_is_told_first(trace: Trace) -> Findings:
    pushes = {r.call for r in trace.returns if r.name == "push"}
    for call in sorted(pushes):
        events = [record for record in trace.top if record.call == call]
        told = [record for record in events if record.event is Event.PUSH_BEGIN]
        if not told:
            yield Finding(False, len(trace.records) - 1, "on_push_begin in push_to_hub()", "none")
        for again in told[1:]:
            yield saw(again, False, "on_push_begin only once", "another")
        for other in events:
            if other.event is not Event.PUSH_BEGIN:
                yield saw(other, False, "only on_push_begin in push_to_hub()", other.event)
        yield from _before_the_upload(told, trace, call)


def _before_the_upload(told: list[Record], trace: Trace, call: int) -> Findings:
    """Each push uploads once, so the earlier calls tell how many uploads there should be by now."""
    due = sum(r.name == "push" and r.call < call for r in trace.returns)
    for record in told[:1]:
        made = record.seen.get("uploads", due)
        yield saw(record, made == due, "on_push_begin before the upload", "it after the upload")


@check("EVT-42")
def control_given_back_at_a_push(trace: Trace) -> Findings:
    for record in trace.of(Event.PUSH_BEGIN):
        last = next((c for c in reversed(record.calls) if isinstance(c.returned, int)), None)
        back = next((r for r in trace.returns if r.call == record.call), None)
        if last is None or back is None or back.flags is None or record.depth:
            continue
        changed = last.returned != record.calls[0].control
        if changed and record.exit != record.entry:
            yield variant(record, "taken" if back.flags == record.exit else "ignored")


@check("EVT-45")
def saving_by_hand_is_silent(trace: Trace) -> Findings:
    for returned in trace.returns:
        if returned.name in ("save-model", "save-state"):
            fired = [record for record in trace.records if record.call == returned.call]
            at = fired[0].i if fired else len(trace.records) - 1
            got = fired[0].event if fired else ""
            yield Finding(not fired, at, "no event", got)
