"""All mutants, each kind from its module."""

from __future__ import annotations

from loopspec.mutants.best import BEST
from loopspec.mutants.breaking import BREAKING
from loopspec.mutants.calling import CALLING
from loopspec.mutants.counting import COUNTING
from loopspec.mutants.dispatches import DISPATCHES
from loopspec.mutants.doubles import DOUBLES
from loopspec.mutants.drawing import DRAWING
from loopspec.mutants.fields import FIELDS
from loopspec.mutants.flowing import FLOWING
from loopspec.mutants.gaps import GAPS
from loopspec.mutants.going_on import GOING_ON
from loopspec.mutants.improving import IMPROVING
from loopspec.mutants.keywords import KEYWORDS
from loopspec.mutants.late_resets import LATE_RESETS
from loopspec.mutants.measuring import MEASURING
from loopspec.mutants.mutant import Mutant
from loopspec.mutants.order import ORDER
from loopspec.mutants.passing import PASSING
from loopspec.mutants.planning import PLANNING
from loopspec.mutants.registering import REGISTERING
from loopspec.mutants.reporting import REPORTING
from loopspec.mutants.resets import RESETS
from loopspec.mutants.restoring import RESTORING
from loopspec.mutants.resuming import RESUMING
from loopspec.mutants.saving import SAVING
from loopspec.mutants.serving import SERVING
from loopspec.mutants.sharing import SHARING
from loopspec.mutants.showing import SHOWING
from loopspec.mutants.stopping import STOPPING
from loopspec.mutants.strategies import STRATEGIES
from loopspec.mutants.strays import STRAYS
from loopspec.mutants.taking_out import TAKING_OUT
from loopspec.mutants.tracking import TRACKING
from loopspec.mutants.variants import VARIANTS

SIMULATED = (
    *RESETS,
    *DISPATCHES,
    *ORDER,
    *PLANNING,
    *BREAKING,
    *LATE_RESETS,
    *DOUBLES,
    *GAPS,
    *SERVING,
    *STRAYS,
    *MEASURING,
    *COUNTING,
    *FIELDS,
    *PASSING,
    *CALLING,
    *KEYWORDS,
    *SHARING,
    *REGISTERING,
    *TAKING_OUT,
    *FLOWING,
    *STRATEGIES,
    *STOPPING,
    *IMPROVING,
    *BEST,
    *RESUMING,
    *GOING_ON,
    *RESTORING,
    *SAVING,
    *SHOWING,
    *DRAWING,
    *REPORTING,
    *TRACKING,
)

ZOO: dict[str, Mutant] = {mutant.name: mutant for mutant in (*SIMULATED, *VARIANTS)}
"""Every mutant by name."""
