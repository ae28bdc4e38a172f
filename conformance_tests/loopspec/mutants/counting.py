"""Simulated trainers that count, keep or log one thing wrongly; the order of events is right."""

from __future__ import annotations

import math
from typing import Any

from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


class EpochKeptWhole(Simulation):
    """epoch is the number of the epoch, without the share that is done."""

    def _do_count_step(self) -> None:
        super()._do_count_step()
        self.state.epoch = float(math.floor(self.state.epoch))


class StepsCountedInMicroBatches(Simulation):
    """global_step counts forward passes."""

    def _do_count_step(self) -> None:
        super()._do_count_step()
        self.state.global_step += self.scenario.gradient_accumulation_steps - 1


class LossSummedUp(Simulation):
    """The logged loss is the sum over the steps since the last log, not the mean."""

    def _do_log_training(self) -> None:
        steps = self.state.global_step - self._logged
        super()._do_log_training()
        self.logs["loss"] *= steps
        self.state.log_history[-1]["loss"] *= steps


class HistoryWithoutStep(Simulation):
    """log_history gets what was logged, without saying at which step."""

    def _log(self, logs: dict[str, Any]) -> None:
        super()._log(logs)
        del self.state.log_history[-1]["step"]


class HistoryLate(Simulation):
    """The entry of log_history is appended after the callbacks were called."""

    def _log(self, logs: dict[str, Any]) -> None:
        super()._log(logs)
        self._late = self.state.log_history.pop()

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        if event is Event.LOG:
            self.state.log_history.append(self._late)


class LogsWithoutEpoch(Simulation):
    """The logs do not say at which epoch they were made."""

    def _log(self, logs: dict[str, Any]) -> None:
        super()._log(logs)
        del logs["epoch"]
        self.state.log_history[-1].pop("epoch")


class StateNeverRenewed(Simulation):
    """The second train() goes on with the state object of the first, emptied."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self._states = 1
        self.state.ordinal = 1


class HistoryKept(Simulation):
    """log_history grows over all runs of a trainer."""

    def _do_begin_run(self) -> None:
        before = self.state.log_history
        super()._do_begin_run()
        self.state.log_history = [*before, *self.state.log_history]


class GradientsKept(Simulation):
    """The gradients are cleared before the next forward pass, not after the update."""

    def _end_group(self, keep: bool) -> None:
        slope = self._slope
        super()._end_group(keep)
        self._slope = slope

    def _do_forward_and_backward(self) -> None:
        if self._is_group_begins():
            self._slope = 0.0
        super()._do_forward_and_backward()


class StaysInEvaluationMode(Simulation):
    """After an evaluation nobody puts the model back into training mode."""

    def _do_forward_and_backward(self) -> None:
        before = self.training
        super()._do_forward_and_backward()
        self.training = before


class TrainsAgainBeforeTelling(Simulation):
    """The model is put back into training mode right after the last batch of an evaluation."""

    def _measure(self, prefix: str) -> dict[str, Any]:
        self.training = True
        return super()._measure(prefix)


class LossOfTheLastStep(Simulation):
    """The logged loss is that of the last update, not the mean since the log before."""

    def _do_log_training(self) -> None:
        super()._do_log_training()
        self.logs["loss"] = self.state.log_history[-1]["loss"] = self._last_loss

    def _do_count_step(self) -> None:
        self._last_loss = self._group_loss
        super()._do_count_step()


class LossSinceTheBeginning(Simulation):
    """The logged loss is the mean over the whole run so far, as nobody sets the sum back."""

    def _do_log_training(self) -> None:
        super()._do_log_training()
        mean = self._logged_loss / (self.state.global_step - self._started)
        self.logs["loss"] = self.state.log_history[-1]["loss"] = mean


class LossOfMicroBatchesSummedUp(Simulation):
    """With accumulation the loss of an update is the sum over its micro-batches."""

    def _do_count_step(self) -> None:
        s = self.scenario
        whole = self._batch % s.gradient_accumulation_steps or s.gradient_accumulation_steps
        self._group_loss *= whole
        super()._do_count_step()


class SumInTheLastLog(Simulation):
    """train_loss is the sum of the losses of a run, not their mean."""

    def _do_sum_up_run(self) -> None:
        super()._do_sum_up_run()
        steps = self.state.global_step - self._started
        self.logs["train_loss"] *= steps
        self.state.log_history[-1]["train_loss"] *= steps


COUNTING: tuple[Mutant, ...] = (
    simulated(EpochKeptWhole, "EVT-16"),
    simulated(StepsCountedInMicroBatches, "EVT-15"),
    simulated(LossSummedUp, "STATE-3"),
    simulated(LossOfTheLastStep, "STATE-3"),
    simulated(LossSinceTheBeginning, "STATE-3"),
    simulated(LossOfMicroBatchesSummedUp, "STATE-3"),
    simulated(SumInTheLastLog, "STATE-4"),
    simulated(HistoryWithoutStep, "STATE-2"),
    simulated(HistoryLate, "STATE-2"),
    simulated(LogsWithoutEpoch, "STATE-1"),
    simulated(StateNeverRenewed, "DISP-12"),
    simulated(HistoryKept, "EVT-4"),
    simulated(GradientsKept, "EVT-18"),
    simulated(StaysInEvaluationMode, "EVT-19"),
    simulated(TrainsAgainBeforeTelling, "EVT-19"),
)
