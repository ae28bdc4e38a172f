"""Processes that come one after the other: where one is killed, the next one goes on."""

from __future__ import annotations

import multiprocessing

from loopspec.faults import died
from loopspec.trace import Outcome
from loopspec.trace_file import TraceError, read_lines
from loopspec.worlds import rank
from loopspec.worlds.warm import METHOD
from loopspec.worlds.watch import Watch
from loopspec.worlds.world import World

GOES_ON = ("killed", "completed")
"""The outcomes of a process after which another one is begun."""


def play(world: World, watch: Watch) -> dict[int, str]:
    """Play each process to its end, and give how one died that should not have. After one that
    ended otherwise than the scenario says, no other one is begun."""
    context = multiprocessing.get_context(METHOD)
    for number in world.ranks:
        watch.turn_to(number)
        process = context.Process(target=rank.play_as, args=(number, world))
        process.start()
        process.join()
        if watch.hung:
            return {}
        ended = _outcome(world, number)
        if ended is None:
            return {number: died(process.exitcode or 0)}
        if ended.kind not in GOES_ON:
            return {}
    return {}


def _outcome(world: World, number: int) -> Outcome | None:
    """How a process ended, as it wrote itself; None if it could not."""
    try:
        *_, last = read_lines(world.trace(number))
    except (TraceError, ValueError):
        return None
    return last if isinstance(last, Outcome) else None
