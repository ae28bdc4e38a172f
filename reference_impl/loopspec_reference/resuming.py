"""How a run begins, new or resumed, and how it is stored."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader

from . import checkpoint, data, distributed
from .exportable import export_all, restore_all
from .plan import Plan
from .position import Position, position_after, rng_state, set_rng_state, stored_position
from .state import TrainerState
from .steps import Steps

logger = logging.getLogger(__name__)


class Resuming(Steps):
    """The remembering part of a trainer."""

    _plan: Plan

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

        handler = self.callback_handler
        handler.model, handler.optimizer = self.model, self.optimizer
        handler.lr_scheduler, handler.train_dataloader = self.lr_scheduler, loader
        handler.recompile()
        if source is None:
            return Position()
        return position_after(saved, plan, self.args, self.state.global_step)

    def _find_source(self, asked: str | bool | None) -> Path | None:
        """The checkpoint to resume from; the main process looks for it. ValueError without one."""

        def find() -> Path | None:
            found = checkpoint.get_last_checkpoint(self.output_dir) if asked is True else asked
            if asked is True and found is None:
                raise ValueError(f"No valid checkpoint found in output directory {self.output_dir}")
            source = Path(str(found)) if found else None
            if source is not None and not checkpoint.is_valid(source):
                raise ValueError(f"Can't find a valid checkpoint at {source}")
            return source

        return distributed.in_main(find)

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
        position["others"] = distributed.gather((position["rng_epoch"], position["rng"]))[1:]

        def write() -> None:
            checkpoint.write_atomically(final, lambda folder: self._write(folder, position))
            limit, keep = self.args.save_total_limit, self.state.best_model_checkpoint
            checkpoint.rotate(self.output_dir, limit, final, keep)

        # PROC-5, PROC-7
        distributed.in_main(write)

    def _write(self, folder: Path, position: dict[str, Any]) -> None:
        self.save_model(folder)
        if not self.args.save_only_model:
            torch.save(self.optimizer.state_dict(), folder / checkpoint.OPTIMIZER_NAME)
            torch.save(self.lr_scheduler.state_dict(), folder / checkpoint.SCHEDULER_NAME)
            torch.save(position, folder / checkpoint.RNG_NAME)
        self.state.save_to_json(folder / checkpoint.STATE_NAME)
