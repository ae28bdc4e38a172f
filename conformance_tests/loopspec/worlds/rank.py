"""What each process of a world does: it plays its part of the scenario into a file of its own."""

from __future__ import annotations

import faulthandler
import os
import signal

from loopspec.playing import perform
from loopspec.sending import unpacked
from loopspec.worlds.world import World

ASK = signal.SIGUSR1
"""The signal at which a process writes where it stands."""
_SPARE = 60.0
"""Seconds after which a process ends itself that should have been ended: its launcher is gone."""


def play(world: World) -> None:
    """Play as the process that the environment names, as torchrun sets it."""
    play_as(int(os.environ["RANK"]), world)


def play_as(rank: int, world: World) -> None:
    """Play as the process of this number."""
    stack = world.stack(rank).open("w")
    faulthandler.register(ASK, file=stack, all_threads=True)
    # A thread in C, which ends this process even where Python cannot run. It is left running: when
    # all is played, this process still waits for its launcher.
    faulthandler.dump_traceback_later(world.timeout + _SPARE, exit=True, file=stack)
    world.pid(rank).write_text(f"{os.getpid()}\n")
    subject = unpacked(world.source)
    perform(subject, world.scenario, world.trace(rank), rank=rank, shared=world.output(rank))
