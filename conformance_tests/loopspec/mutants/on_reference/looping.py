"""Variants whose loop goes through epochs and steps in another way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from loopspec_reference import Trainer
from loopspec_reference.best_model import load_best


class LogsBeforeTheStepEnds(Trainer):
    def _advance_schedule(self) -> None:
        super()._advance_schedule()
        self._log_training()  # the bug: at each update, whatever should_log says

    def _log_training(self) -> None:
        step, self._last_logged_step = self.state.global_step, self.state.global_step - 1
        super()._log_training()
        self._last_logged_step = step + 1  # so that the loop does not log this step again


class FiresNoStepBegin(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)

        def on_step_begin(args: Any, state: Any, control: Any) -> Any:
            return control  # the bug

        self.callback_handler.on_step_begin = on_step_begin  # type: ignore[method-assign]


class CountsAfterTheStepEnd(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        on_step_end = self.callback_handler.on_step_end

        def uncounted(args: Any, state: Any, control: Any) -> Any:
            state.global_step -= 1
            control = on_step_end(args, state, control)
            state.global_step += 1  # the bug: only now, as the last act of the step
            return control

        self.callback_handler.on_step_end = uncounted  # type: ignore[method-assign]


class LeavesTheRestOut(Trainer):
    def _batches_from(self, here: Any, loader: Any) -> Iterator[Any]:
        size = self.args.gradient_accumulation_steps
        whole = self._plan.batches_per_epoch // size * size  # the bug
        return islice(super()._batches_from(here, loader), max(whole - here.batches, 0))


class StaysInEvaluationMode(Trainer):
    def _train_epoch(self, *args: Any) -> None:
        self.model.train()
        super()._train_epoch(*args)

    def training_step(
        self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None
    ) -> Any:
        # the bug: the mode is set when an epoch begins, and an evaluation leaves its own behind
        loss = self.compute_loss(model, self._prepare_inputs(inputs))
        loss = loss / self.current_gradient_accumulation_steps
        loss.backward()
        return loss.detach()


class StopsBeforeWhatIsDue(Trainer):
    def _log_evaluate_save(self, ignore_keys: Any, epoch_over: bool = False) -> None:
        if self.control.should_training_stop and not epoch_over:
            return  # the bug: the stop comes first
        super()._log_evaluate_save(ignore_keys, epoch_over)


class SavesOnceMoreAfterTheEnd(Trainer):
    def _finish(self) -> Any:
        output = super()._finish()
        if self.control.should_save:  # the bug: on_train_end was the last event
            self._save_checkpoint(True)
            self.control = self.callback_handler.on_save(self.args, self.state, self.control)
        return output


class LoadsTheBestAfterTheEnd(Trainer):
    def train(self, *args: Any, **keywords: Any) -> Any:
        wanted, self.args.load_best_model_at_end = self.args.load_best_model_at_end, False
        try:
            output = super().train(*args, **keywords)
        finally:
            self.args.load_best_model_at_end = wanted
        if wanted:  # the bug: on_train_end saw the last weights
            load_best(self.state, self.model)
        return output
