"""Requests that the trainer serves wrongly: not, too often, unasked, or by other rules."""

from __future__ import annotations

from loopspec.machine.predict import Simulation
from loopspec.machine.table import Row
from loopspec.mutants import edits as e
from loopspec.mutants.mutant import Mutant, simulated, tabled
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


SERVING: tuple[Mutant, ...] = (
    simulated(EvaluatesByStrategyOnly, "CTRL-12"),
    simulated(LogsByStrategyOnly, "CTRL-13"),
    simulated(SavesByStrategyOnly, "CTRL-11"),
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
    tabled(
        "abandoned-gradients-kept",
        "Gradients are cleared after an update, and a stop within a group leaves before it.",
        e.undone("abandon group"),
        "CTRL-27",
    ),
)
