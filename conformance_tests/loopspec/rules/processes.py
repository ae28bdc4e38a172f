"""Checks of the chapter on several processes: what a single one shows of them."""

from __future__ import annotations

from loopspec.rules.checking import Findings, check, saw, unless
from loopspec.trace import Trace


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
