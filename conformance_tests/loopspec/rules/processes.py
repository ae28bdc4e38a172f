"""Checks of the chapter on several processes: what a single one shows of them."""

from __future__ import annotations

import itertools

from loopspec.rules.checking import Findings, check, saw, unless
from loopspec.trace import Record, Trace


@check("PROC-1")
def the_only_process_is_the_main_one(trace: Trace) -> Findings:
    if trace.scenario.asks("demote"):
        return
    for name in ("is_local_process_zero", "is_world_process_zero"):
        told = [record for record in trace.records if name in record.fields]
        words = f"state.{name} True in a single process"
        yield from unless(
            told,
            (saw(r, False, words, r.fields[name]) for r in told if r.fields[name] is not True),
        )


@check("PROC-8")
def another_process_is_told(trace: Trace) -> Findings:
    acts = [(deed.record.call, deed.act) for deed in trace.deeds]
    steered = {call for call, act in acts if act.does != "demote" or act.raises or act.lowers}
    for run, other in itertools.permutations(trace.runs, 2):
        said = _said_to_be_another(trace, run)
        if said is None or _said_to_be_another(trace, other) is not None:
            continue
        calls = trace.scenario.calls
        if calls[run[0].call - 1] != calls[other[0].call - 1]:
            continue  # one that was resumed may have had nothing left to do
        if (trace.broken_off | steered).isdisjoint((run[0].call, other[0].call)):
            came = {record.event for record in run}
            missing = dict.fromkeys(str(r.event) for r in other if r.event not in came)
            words = "the events of the run of the main process"
            yield saw(said, not missing, words, f"no {', '.join(missing)}")


def _said_to_be_another(trace: Trace, run: list[Record]) -> Record | None:
    """The event of this run at which a callback said so; each of them says it once."""
    for part in trace.scenario.callbacks:
        for act in part.acts:
            met = (r for r in trace.of(act.event) if act.step in (None, r.step))
            first = next(met, None) if act.does == "demote" else None
            if first is not None and first.call == run[0].call:
                return first
    return None
