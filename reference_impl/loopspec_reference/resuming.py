"""How a run begins, new or resumed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader

from . import checkpoint, data, distributed, durable
from .exportable import restore_all
from .plan import Plan
from .position import Position, position_after, rng_state, set_rng_state
from .saving import Saving
from .state import TrainerState

logger = logging.getLogger(__name__)


class Resuming(Saving):
    """The remembering part of a trainer."""

    def _prepare(self, plan: Plan, loader: DataLoader[Any], source: Path | None) -> Position:
        """State, weights, optimizer and schedule, new or from a checkpoint; where to begin."""
        self.state = self._new_state()
        self.state.train_batch_size = self.args.train_batch_size
        self.state.compute_steps(self.args, plan.max_steps)
        if source is not None:
            self._restore_state(source)
        self.state.max_steps = plan.max_steps
        self.state.num_train_epochs = plan.num_train_epochs
        self.state.is_local_process_zero = self.is_local_process_zero()
        self.state.is_world_process_zero = self.is_world_process_zero()

        saved: dict[str, Any] = {}
        if source is not None:
            self.model.load_state_dict(self._read(source, checkpoint.WEIGHTS_NAME))
        self.create_optimizer()
        self.model_wrapped = distributed.wrap(
            self.model, self.model_wrapped, self.args.ddp_find_unused_parameters
        )
        self._weight_of = getattr(loader.batch_sampler, "weight", None)
        self._model_is_prepared = True
        self.create_scheduler(plan.max_steps)
        if source is not None and (source / checkpoint.OPTIMIZER_NAME).is_file():
            self.optimizer.load_state_dict(self._read(source, checkpoint.OPTIMIZER_NAME))
            self.lr_scheduler.load_state_dict(self._read(source, checkpoint.SCHEDULER_NAME))
            saved = self._read(source, checkpoint.RNG_NAME, "cpu")

        self._begin_losses(saved.get("losses", {}))
        handler = self.callback_handler
        handler.model, handler.optimizer = self.model, self.optimizer
        handler.lr_scheduler, handler.train_dataloader = self.lr_scheduler, loader
        handler.recompile()
        if source is None:
            return Position()
        return position_after(saved, plan, self.args, self.state.global_step)

    def _begin_losses(self, stored: dict[str, Any]) -> None:
        """The running loss, as a checkpoint stored it: logs go on as if nothing had been."""
        step = self.state.global_step
        self._losses_from, self._last_logged_step = stored.get("steps", (step, step))
        self._loss_logged = stored.get("logged", 0.0)
        sums = stored.get("sums", [torch.zeros(())])
        # With another number of processes there, each takes its share of all.
        same = len(sums) == self.args.world_size
        own = sums[self.args.process_index] if same else torch.stack(sums).mean()
        self._loss = own.to(self.args.device)

    def _find_source(self, asked: str | bool | None) -> Path | None:
        """The checkpoint to resume from; the main process looks for it. ValueError without one.

        Where each machine has its own, all of them have to have it: RuntimeError if one does not.
        """

        def find(asked: str | bool | None) -> Path | None:
            if self.args.should_save:
                checkpoint.settle(self.output_dir)
            return self._newest() if asked is True else _named(asked)

        found = distributed.in_main(lambda: find(asked))
        if found is not None and self.args.save_on_each_node:
            here = self.output_dir / found.name if asked is True else found
            distributed.in_each(lambda: find(str(here)), self.args.should_save)
            return here
        return found

    def _newest(self) -> Path:
        found, passed_over = checkpoint.newest_complete(self.output_dir)
        others = ", ".join(passed_over)
        if found is None:
            reason = f": {others}" if others else ""
            raise ValueError(
                f"No valid checkpoint found in output directory {self.output_dir}{reason}"
            )
        if others:
            logger.warning("Resuming from %s, the newest that is whole, not from %s", found, others)
        return found

    def _read(self, folder: Path, name: str, device: Any = None) -> Any:
        device = device or self.args.device
        return torch.load(folder / name, map_location=device, weights_only=True)

    def _restore_state(self, source: Path) -> None:
        given = self.state
        self.state = TrainerState.load_from_json(source / checkpoint.STATE_NAME)
        best = self.state.best_model_checkpoint
        if best is not None and not Path(best).is_dir():
            logger.warning("The best checkpoint %s does not exist any more; ignoring it.", best)
            self.state.best_model_checkpoint = None
        names = ("logging_steps", "eval_steps", "save_steps", "train_batch_size")
        pairs = [(name, getattr(given, name), getattr(self.state, name)) for name in names]
        different = [f"{n}: {new} now, {old} stored" for n, new, old in pairs if new != old]
        if different:
            logger.warning(
                "The arguments differ from the checkpoint's state, which wins for intervals: %s",
                "; ".join(different),
            )
        if self.args.restore_callback_states_from_checkpoint:
            objects = [*self.callback_handler.callbacks, self.control]
            restore_all(objects, self.state.stateful_callbacks)
            self.control = objects.pop()
            self.callback_handler.callbacks[:] = objects

    def _batches_from(self, here: Position, loader: DataLoader[Any]) -> Iterator[Any]:
        """The rest of the epoch's batches, with all generators as they would be there."""
        data.set_epoch(loader, here.epoch)
        if here.batches == 0:
            if here.rng is not None:
                set_rng_state(here.rng)
            here.rng_epoch = rng_state()
            return iter(loader)
        if here.rng_epoch is not None:
            set_rng_state(here.rng_epoch)
        batches = data.iterate_from(loader, here.batches)
        if here.rng is not None:
            set_rng_state(here.rng)
        return batches


def _named(asked: str | bool | None) -> Path | None:
    source = Path(str(asked)) if asked else None
    if source is not None:
        if not source.exists():
            durable.settle(source)
        reason = checkpoint.fault(source)
        if reason is not None:
            words = f": {reason}" if source.is_dir() else ""
            raise ValueError(f"Can't find a valid checkpoint at {source}{words}")
    return source
