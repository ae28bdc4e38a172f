"""All mutants, each kind from its module."""

from __future__ import annotations

from loopspec.mutants.counting import COUNTING
from loopspec.mutants.dispatches import DISPATCHES
from loopspec.mutants.flowing import FLOWING
from loopspec.mutants.mutant import Mutant
from loopspec.mutants.order import ORDER
from loopspec.mutants.passing import PASSING
from loopspec.mutants.resets import RESETS
from loopspec.mutants.stopping import STOPPING
from loopspec.mutants.variants import VARIANTS

SIMULATED = (*RESETS, *DISPATCHES, *ORDER, *COUNTING, *PASSING, *FLOWING, *STOPPING)

ZOO: dict[str, Mutant] = {mutant.name: mutant for mutant in (*SIMULATED, *VARIANTS)}
"""Every mutant by name."""
