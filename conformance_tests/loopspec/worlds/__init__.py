"""Scenarios that several processes play: together, launched as `torchrun` launches a program, or
one after the other, where a process is killed and another one goes on (`lives`).

The caller (`stage`) has a launcher, a process of its own; that launches a world for each scenario
by torchrun's API, on a port that nobody else has, and watches it (`watch`). Each process of a world
(`rank`) plays its part into a file of its own, and a trace is made of these (`gather`). A world
that hangs is asked where it stands and ended; whatever happens, no process is left.
"""

from loopspec.worlds.stage import Worlds

__all__ = ["Worlds"]
