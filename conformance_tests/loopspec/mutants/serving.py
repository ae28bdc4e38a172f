"""Requests that the trainer serves wrongly: not, too often, unasked, or by other rules."""

from __future__ import annotations

import math
from typing import Any

from loopspec.machine.job import Evaluation
from loopspec.machine.predict import Simulation
from loopspec.machine.table import Row
from loopspec.mutants import edits as e
from loopspec.mutants.mutant import Mutant, simulated, tabled
from loopspec.trace import Record
from loopspec.vocabulary import Event


class EvaluatesByStrategyOnly(Simulation):
    """The flag is looked at only where eval_strategy is not "no"."""

    def flags(self) -> str:
        flags = super().flags()
        return flags if self.scenario.eval_strategy != "no" else flags.replace("V", "")


class LogsByStrategyOnly(Simulation):
    """The flag is looked at only where logging_strategy is not "no"."""

    def flags(self) -> str:
        s, flags = self.scenario, super().flags()
        logs = s.logging_strategy != "no" or s.logging_first_step
        return flags if logs else flags.replace("L", "")


class SavesByStrategyOnly(Simulation):
    """The flag is looked at only where save_strategy is not "no"."""

    def flags(self) -> str:
        flags = super().flags()
        return flags if self.scenario.save_strategy != "no" else flags.replace("S", "")


class RequestsReadOnce(Simulation):
    """What is due is worked out before any of it is done."""

    _due = ""

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        if event in (Event.STEP_END, Event.EPOCH_END):
            self._due = super().flags()

    def flags(self) -> str:
        stops = "".join(flag for flag in super().flags() if flag in "TE")
        return stops + "".join(flag for flag in self._due if flag in "SVL")


class EpochStopSetByTheTrainer(Simulation):
    """The trainer leaves its inner loop by its own flag when the batches run out."""

    def dispatch(self, event: Event, clears: str) -> None:
        if event is Event.EPOCH_END:
            self._flagged().change("E")
        super().dispatch(event, clears)


class StopSetByTheTrainer(Simulation):
    """The trainer sets the stop when its epochs are over, so that callbacks see a run that ends."""

    def dispatch(self, event: Event, clears: str) -> None:
        if event is Event.TRAIN_END:
            self._flagged().change("T")
        super().dispatch(event, clears)


class LogSetByTheTrainer(Simulation):
    """An epoch begins with a request for a log, so that its first loss is seen."""

    def dispatch(self, event: Event, clears: str) -> None:
        if event is Event.PRE_OPTIMIZER_STEP and self._batch == 1:
            self._flagged().change("L")
        super().dispatch(event, clears)


class WishesAddedUp(Simulation):
    """Callbacks fill a control of their own, and what they set is or-ed together."""

    def dispatch(self, event: Event, clears: str) -> None:
        number = self._index
        super().dispatch(event, clears)
        record = next(r for r in reversed(self.lines) if isinstance(r, Record) and r.i == number)
        wishes = (flag for call in record.calls for flag in call.exit if flag not in call.entry)
        self._flagged().change("".join(wishes))


class EvaluationWithoutASet(Simulation):
    """The mean over no batches is NaN, and an evaluation of nothing ends as any other."""

    def _do_begin_evaluation(self) -> None:
        if self.scenario.eval_batches:
            super()._do_begin_evaluation()
        else:
            self.evaluation = Evaluation([])

    def _measure(self, prefix: str) -> dict[str, Any]:
        metrics = super()._measure(prefix)
        return metrics if self.scenario.eval_batches else {**metrics, f"{prefix}_loss": math.nan}


SERVING: tuple[Mutant, ...] = (
    simulated(EvaluatesByStrategyOnly, "CTRL-12"),
    simulated(LogsByStrategyOnly, "CTRL-13"),
    simulated(SavesByStrategyOnly, "CTRL-11"),
    simulated(RequestsReadOnce, "CTRL-16"),
    tabled(
        "evaluates-while-asked",
        "`while control.should_evaluate` stands where `if` was meant.",
        e.leads("evaluated", "may evaluate"),
        "CTRL-18",
    ),
    tabled(
        "saves-while-asked",
        "`while control.should_save` stands where `if` was meant.",
        e.leads("saved", "may save"),
        "CTRL-18",
    ),
    tabled(
        "evaluates-before-each-save",
        "A checkpoint should have a metric, so each save evaluates first.",
        e.more(Row("may evaluate", "evaluated", ("S",), enters="evaluate")),
        "CTRL-20",
    ),
    tabled(
        "saves-after-each-epoch",
        "A checkpoint is written after each epoch, as other frameworks do, whoever asked.",
        e.more(
            Row(
                "between epochs",
                "epoch saved",
                effect="write checkpoint",
                event=Event.SAVE,
                clears="S",
            ),
            Row("epoch saved", "finish", ("T",)),
            Row("epoch saved", "before epoch"),
        ),
        "CTRL-20",
    ),
    simulated(EpochStopSetByTheTrainer, "CTRL-22"),
    simulated(StopSetByTheTrainer, "CTRL-22"),
    simulated(LogSetByTheTrainer, "CTRL-22"),
    simulated(WishesAddedUp, "CTRL-28"),
    simulated(EvaluationWithoutASet, "CTRL-29"),
    tabled(
        "abandoned-gradients-kept",
        "Gradients are cleared after an update, and a stop within a group leaves before it.",
        e.undone("abandon group"),
        "CTRL-27",
    ),
)
