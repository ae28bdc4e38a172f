"""The training loop, top to bottom.

`train` prepares and cleans up, `_train` is the run, `_train_epoch` an epoch with its steps, and
`_log_evaluate_save` what is asked for after a step and after an epoch. Each call of a handler is
an event, with the rules of the specification that it keeps above it; there are no others, but for
those of an evaluation and of `log`.
"""

from __future__ import annotations

import logging
import time
from itertools import islice
from pathlib import Path
from typing import Any

from torch import nn
from torch.utils.data import DataLoader

from . import best_model, checkpoint, distributed, ending
from .agreement import make_agreement
from .display import ProgressCallback
from .integrations.base import TrackerCallback
from .outputs import TrainOutput, speed_metrics
from .plan import Plan, make_plan
from .position import Position, set_rng_state
from .resuming import Resuming

logger = logging.getLogger(__name__)


class Trainer(Resuming):
    """Trains and evaluates a model, and lets callbacks watch and steer.

    `args`, `state`, `control`, `callback_handler`, `model`, `optimizer` and `lr_scheduler` are
    what they are at any moment; `is_in_train` tells whether `train` is running.
    """

    def train(
        self,
        resume_from_checkpoint: str | bool | None = None,
        *,
        ignore_keys_for_eval: list[str] | None = None,
    ) -> TrainOutput:
        """Train, from a checkpoint if one is named, or from the last one if True.

        Raises ValueError, before any event, if the checkpoint is not there or not whole. The last
        one is the last that is whole. Whatever a callback or the model raises ends training at
        once, without further events; SIGTERM does so as SystemExit, unless somebody handles it.
        """
        source = self._find_source(resume_from_checkpoint)
        self.is_in_train = True
        try:
            with ending.on_sigterm():
                return self._train(source, ignore_keys_for_eval)
        except BaseException:
            for callback in self.callback_handler.callbacks:
                if isinstance(callback, ProgressCallback):
                    callback.close()
                elif isinstance(callback, TrackerCallback):
                    callback.end(failed=True)
            raise
        finally:
            self.is_in_train = False

    def _train(self, source: Path | None, ignore_keys: list[str] | None) -> TrainOutput:
        handler = self.callback_handler
        loader = self.get_train_dataloader()
        plan = make_plan(self.args, loader)
        start = self._prepare(plan, loader, source)
        self._plan, self._here = plan, start
        self._main_input_name = getattr(self.model, "main_input_name", "input_ids")
        self._agreement = make_agreement()
        self._grad_norm = self._learning_rate = None
        self._start_time = time.time()
        self._tokens_before = self.state.num_input_tokens_seen
        self._step_at_start = self.state.global_step
        self.model.zero_grad()

        # EVT-2, EVT-4, CTRL-1
        self.control = handler.on_train_begin(self.args, self.state, self.control)
        if self.args.eval_on_start:
            self._evaluate(ignore_keys, scheduled=False)

        # A run that is resumed when it was finished has nothing left to do.
        finished = source is not None and self.state.global_step >= plan.max_steps
        if finished and start.rng is not None:
            set_rng_state(start.rng)
        for epoch in range(start.epoch, 0 if finished else plan.num_train_epochs):
            # EVT-6, CTRL-3
            self.control = handler.on_epoch_begin(self.args, self.state, self.control)
            here = start if epoch == start.epoch else Position(epoch)
            self._train_epoch(here, plan, loader, ignore_keys)
            # EVT-6, also where a stop or max_steps cut the epoch short
            self.control = handler.on_epoch_end(self.args, self.state, self.control)
            self._log_evaluate_save(ignore_keys, epoch_over=True)
            if self.control.should_training_stop:
                break
        return self._finish()

    def _train_epoch(
        self, here: Position, plan: Plan, loader: DataLoader[Any], ignore_keys: list[str] | None
    ) -> None:
        args, model, accumulation = self.args, self.model, self.args.gradient_accumulation_steps
        handler = self.callback_handler
        self._here = here
        self._grad_norm = self._learning_rate = None
        batches = self._batches_from(here, loader)
        stopped = group_is_open = False
        loss_before_group = self._loss

        for update in range(here.batches // accumulation, plan.updates_per_epoch):
            group = list(islice(batches, plan.batches_in_update(update, accumulation)))
            self.current_gradient_accumulation_steps = len(group)
            for index, inputs in enumerate(group):
                if here.batches % accumulation == 0:
                    group_is_open, loss_before_group = True, self._loss
                    # EVT-11, EVT-13, CTRL-5, CTRL-6, CTRL-7
                    self.control = handler.on_step_begin(args, self.state, self.control)
                with distributed.accumulating(self.model_wrapped, index == len(group) - 1):
                    loss = self.training_step(self.model_wrapped, inputs)
                self._add_loss(loss)
                self._count(inputs)
                here.batches += 1

                if here.batches % accumulation == 0 or here.batches == plan.batches_per_epoch:
                    limit = args.max_grad_norm if args.max_grad_norm > 0 else float("inf")
                    self._grad_norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
                    # EVT-12, EVT-18: gradients are whole and clipped, weights still old
                    self.control = handler.on_pre_optimizer_step(args, self.state, self.control)
                    self.optimizer.step()
                    # EVT-12, EVT-17: weights are new, gradients still there
                    self.control = handler.on_optimizer_step(args, self.state, self.control)
                    self._advance_schedule()
                    model.zero_grad()
                    group_is_open = False
                    self.state.global_step += 1
                    self.state.epoch = here.epoch + here.batches / plan.batches_per_epoch
                    # EVT-15, EVT-16: the step is counted before anybody hears of it
                    self.control = handler.on_step_end(args, self.state, self.control)
                    self._log_evaluate_save(ignore_keys)
                else:
                    # EVT-13
                    self.control = handler.on_substep_end(args, self.state, self.control)
                    if self._agreement is not None:
                        self._agreement.reach(self.control)

                stopped = self.control.should_epoch_stop or self.control.should_training_stop
                if stopped:
                    break
            if stopped or not group:
                break

        if group_is_open:
            # A step that is begun and not ended leaves nothing behind for the next one.
            model.zero_grad()
            self._loss = loss_before_group
        if here.batches == 0:
            logger.warning(
                "There is not a single batch to train on; stopping at step %d of %d. An iterable "
                "dataset that can be iterated only once does this.",
                self.state.global_step,
                self.state.max_steps,
            )
            self.control.should_training_stop = True

    def _log_evaluate_save(self, ignore_keys: list[str] | None, epoch_over: bool = False) -> None:
        """Serve the requests for a log, an evaluation and a checkpoint, in this order.

        PROC-4: several processes agree on them before each, as callbacks of the one before may
        have set some.
        """
        agreement = self._agreement
        if agreement is not None:
            agreement.reach(self.control)
        if self.control.should_log and self.state.global_step > self._last_logged_step:
            self._log_training()
            if agreement is not None:
                agreement.reach(self.control)
        if self.control.should_evaluate:
            metrics = self._evaluate(ignore_keys)
            if agreement is not None:
                agreement.reach(self.control)
            is_best = best_model.update_best(self.args, self.state, metrics)
            if self.args.save_strategy == "best":
                self.control.should_save = is_best
        if self.control.should_save:
            self._save_checkpoint(epoch_over)
            # EVT-38, CTRL-8, PROC-5: the checkpoint is complete
            self.control = self.callback_handler.on_save(self.args, self.state, self.control)
            self._checkpoint_is_announced()
            if agreement is not None:
                agreement.reach(self.control)

    def _finish(self) -> TrainOutput:
        steps = self.state.global_step - self._step_at_start
        updates = self.state.global_step - self._losses_from
        train_loss = (self._loss_logged + self._mean_loss()) / max(updates, 1)
        samples = self._plan.num_samples * steps / max(self.state.max_steps, 1)
        metrics: dict[str, Any] = speed_metrics("train", self._start_time, samples, steps)
        self.store_flos()
        metrics |= {"total_flos": self.state.total_flos, "train_loss": train_loss}
        self.log(metrics)
        if self.args.load_best_model_at_end:
            best_model.load_best(self.state, self.model)
        if self.args.should_save:
            checkpoint.keep_only_best(self.output_dir, self.state, self.args.save_total_limit)
        # EVT-3, CTRL-2: should_training_stop stays as it is
        self.control = self.callback_handler.on_train_end(self.args, self.state, self.control)
        return TrainOutput(self.state.global_step, train_loss, metrics)
