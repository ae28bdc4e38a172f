"""Trainers that write the right checkpoints, and keep the wrong ones."""

from __future__ import annotations

import msgspec

from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated


class LimitIgnored(Simulation):
    """save_total_limit is an argument that nobody reads."""

    def _do_write_checkpoint(self) -> None:
        limited = self.scenario
        self.scenario = msgspec.structs.replace(limited, save_total_limit=None)
        super()._do_write_checkpoint()
        self.scenario = limited


class RotatesBeforeWriting(Simulation):
    """Old checkpoints go before the new one is written, which then is one too many."""

    def _do_write_checkpoint(self) -> None:
        limited = self.scenario
        limit = limited.save_total_limit
        one_more = limit + 1 if limit else None
        self.scenario = msgspec.structs.replace(limited, save_total_limit=one_more)
        super()._do_write_checkpoint()
        self.scenario = limited


class BestRotatedAway(Simulation):
    """The oldest checkpoints go, the best one among them."""

    def _do_write_checkpoint(self) -> None:
        limited = self.scenario
        self.scenario = msgspec.structs.replace(limited, save_total_limit=None)
        super()._do_write_checkpoint()
        self.scenario = limited
        for step in sorted(self.checkpoints)[
            : -(limited.save_total_limit or len(self.checkpoints))
        ]:
            del self.checkpoints[step]
        if self._best_checkpoint not in self.checkpoints:
            self._best_checkpoint = None


SAVING: tuple[Mutant, ...] = (
    simulated(LimitIgnored, "CKPT-23"),
    simulated(RotatesBeforeWriting, "CKPT-23"),
    simulated(BestRotatedAway, "CKPT-24"),
)
