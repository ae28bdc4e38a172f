"""From the files of all processes to one trace, with how they ended together."""

from __future__ import annotations

from collections.abc import Sequence

from loopspec.playing import collect
from loopspec.stacks import innermost
from loopspec.trace import Outcome, Provenance, Trace
from loopspec.worlds.lives import GOES_ON
from loopspec.worlds.world import Ended, World


def gathered(world: World, by: Provenance, ended: Ended) -> Trace:
    """The trace of a world that has come to its end."""
    if ended.failed and not any(world.trace(rank).exists() for rank in world.ranks):
        nothing = Outcome("left-out", f"the processes cannot be launched here: {ended.failed}")
        traces = [Trace(world.scenario, by, [], nothing, rank=rank) for rank in world.ranks]
        return traces[0].together(traces[1:], nothing)
    traces = [
        collect(world.trace(rank), world.scenario, by, _cut(world, ended, rank), rank)
        for rank in world.ranks
    ]
    as_one = in_turn(traces) if world.scenario.in_turn else together(traces, ended.hung)
    return traces[0].together(traces[1:], as_one)


def _cut(world: World, ended: Ended, rank: int) -> Outcome:
    """How a process ended that left no outcome."""
    if ended.hung:
        dump = world.stack(rank).read_text() if world.stack(rank).exists() else ""
        return Outcome("hung", ended.hung, innermost(dump))
    if rank in ended.died or not ended.died:
        return Outcome("died", ended.died.get(rank, "it left no outcome"))
    return Outcome("died", _AFTER)


_AFTER = "it was ended after another process had died"
_ORDER = ("died", "adapter-fault", "raised", "hung", "left-out", "scripted", "completed")
"""What explains most comes first: where one process dies or raises, the others wait for it."""


def together(traces: Sequence[Trace], hung: str = "") -> Outcome:
    """The outcome of all, from that of each: the one that explains the others, and whose it is."""
    worst = min(
        traces, key=lambda one: (_ORDER.index(one.ended.kind), one.ended.error == _AFTER, one.rank)
    )
    own = worst.ended
    if own.kind == "hung":
        standing = "; ".join(f"process {one.rank} {_stands(one)}" for one in traces)
        return Outcome("hung", f"{hung}: {standing}")
    if own.kind in ("left-out", "scripted", "completed"):
        return own
    return Outcome(own.kind, f"process {worst.rank}: {own.error}", own.where, own.during)


def in_turn(traces: Sequence[Trace]) -> Outcome:
    """The outcome of processes that came one after the other: that of the last one, if those before
    it came to their end, or to the one that the scenario had for them."""
    for one in traces[:-1]:
        if one.ended.kind not in GOES_ON:
            told = f"process {one.rank}: {one.ended.error}"
            # An exception belongs to the scenario in the last process alone.
            kind = "died" if one.ended.kind == "raised" else one.ended.kind
            return Outcome(kind, told, one.ended.where, one.ended.during)
    return traces[-1].ended


def _stands(one: Trace) -> str:
    """Where a process stood when it was ended."""
    if one.ended.kind == "completed":
        return "was at its end"
    last = one.records[-1] if one.records else None
    after = f"after {last.event} (step {last.step})" if last else "before any event"
    within = f" in {one.ended.where}" if one.ended.where else ""
    return f"was {after}{within}"
