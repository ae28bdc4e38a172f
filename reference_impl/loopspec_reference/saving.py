"""How a run is stored, to be taken up again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import checkpoint, distributed, manifest
from .exportable import export_all
from .plan import Plan
from .position import stored_position
from .steps import Steps


class Saving(Steps):
    """The storing part of a trainer."""

    _plan: Plan

    def _save_checkpoint(self, after_epoch: bool) -> None:
        # An epoch that only the end of training cut short is taken up again by a longer run.
        stop = self.control
        epoch_over = stop.should_epoch_stop or (after_epoch and not stop.should_training_stop)
        name = f"checkpoint-{self.state.global_step}"
        final = self.output_dir / name
        self.store_flos()
        best = f"checkpoint-{self.state.best_global_step}"
        if self.state.best_global_step and (best == name or (self.output_dir / best).exists()):
            self.state.best_model_checkpoint = str(self.output_dir / best)
        self.state.stateful_callbacks = export_all(self._stateful())
        position = stored_position(self._here, self._plan, self.args, epoch_over)
        position["losses"] = self._stored_losses()
        main, *others = distributed.gather((position["rng_epoch"], position["rng"]))
        # The same in each checkpoint, whichever process writes it.
        position["rng_epoch"], position["rng"] = main
        position["others"] = others

        def write() -> None:
            checkpoint.write(final, lambda folder: self._write(folder, position))
            limit, keep = self.args.save_total_limit, self.state.best_model_checkpoint
            checkpoint.rotate(self.output_dir, limit, final, keep)

        # PROC-5, PROC-7
        if self.args.save_on_each_node:
            distributed.in_each(write, self.args.should_save)
        else:
            distributed.in_main(write)

    def _checkpoint_is_announced(self) -> None:
        # Callbacks put averaged weights into it, say, or take the optimizer away.
        if self.args.should_save:
            manifest.renew(self.output_dir / f"checkpoint-{self.state.global_step}")

    def _write(self, folder: Path, position: dict[str, Any]) -> None:
        self.save_model(folder)
        if not self.args.save_only_model:
            checkpoint.dump(self.optimizer.state_dict(), folder / checkpoint.OPTIMIZER_NAME)
            checkpoint.dump(self.lr_scheduler.state_dict(), folder / checkpoint.SCHEDULER_NAME)
            checkpoint.dump(position, folder / checkpoint.RNG_NAME)
        self.state.save_to_json(folder / checkpoint.STATE_NAME)

    def _stored_losses(self) -> dict[str, Any]:
        return {
            "steps": [self._losses_from, self._last_logged_step],
            "logged": self._loss_logged,
            "sums": distributed.gather(self._loss.cpu()),
        }
