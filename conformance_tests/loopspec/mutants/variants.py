"""Mutants that are real trainers: the reference and transformers' own, spoiled in one place.

Only their names stand here; the trainers are imported when one is run.
"""

from __future__ import annotations

from loopspec.mutants.mutant import Mutant, variant

ON_REFERENCE: tuple[Mutant, ...] = (
    variant(
        "reference-forgets-epoch-stop",
        "The trainer has its own event for the beginning of an epoch, which resets nothing.",
        "on_reference.handling:ForgetsEpochStop",
        "CTRL-3",
    ),
)

ON_TRANSFORMERS: tuple[Mutant, ...] = (
    variant(
        "transformers-forgets-epoch-stop",
        "A handler of one's own goes without the line that resets the flag.",
        "on_transformers.handling:ForgetsEpochStop",
        "CTRL-3",
    ),
)

VARIANTS = (*ON_REFERENCE, *ON_TRANSFORMERS)
