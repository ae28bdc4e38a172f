"""Trainers with a wrong display, and displays that print something wrong."""

from __future__ import annotations

from typing import Any

import msgspec

from loopspec.machine.display import Display
from loopspec.machine.players import Control, Stage
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


class DisplayTurnedRound(Simulation):
    """disable_tqdm is read as its opposite."""

    def _make_trainer(self) -> None:
        asked = self.scenario
        other = {"printer": "progress", "progress": "printer"}.get(asked.display, "")
        self.scenario = msgspec.structs.replace(asked, display=other)
        super()._make_trainer()
        self.scenario = asked


class DisplayLostBesideOthers(Simulation):
    """`callbacks or [PrinterCallback]`: who gives a callback of his own gets no display."""

    def _make_trainer(self) -> None:
        super()._make_trainer()
        if self.scenario.display:
            self._players.remove(self._display)


class DisplayAheadOfOthers(Simulation):
    """The display is one of the defaults, which come before the callbacks that are given."""

    def _make_trainer(self) -> None:
        super()._make_trainer()
        if self.scenario.display:
            self._players.insert(1, self._players.pop())


class DisplayAddedToTrain(Simulation):
    """The display is registered when training begins, behind all that were added before."""

    def _construct(self) -> None:
        super()._construct()
        if self.scenario.display:
            self._players.remove(self._display)
            self._players.append(self._display)


class RemovedDisplayStays(Simulation):
    """remove_callback takes a class, and looks for it among the instances."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        return {} if call == "hide" else super()._perform_call(call)


class PrinterWithoutEvaluations(Display):
    """The printer prints what has a loss of training."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        if self.word == "progress" or "loss" in stage.logs:
            super().__call__(stage, event, control)


class PrinterInTrainingOnly(Display):
    """The printer prints between on_train_begin and on_train_end, as a bar does."""

    trains = False

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        if event in (Event.TRAIN_BEGIN, Event.TRAIN_END):
            self.trains = event is Event.TRAIN_BEGIN
        if self.word == "progress" or self.trains:
            super().__call__(stage, event, control)


class LogsAboveBarTwice(Display):
    """Logs are written above the bar, and by a logger that writes to the same terminal."""

    def _draw(self, stage: Stage, event: Event) -> None:
        super()._draw(stage, event)
        if event is Event.LOG:
            super()._draw(stage, event)


class BarWithoutEvaluations(Display):
    """An evaluation has its own bar, above which its logs are not written."""

    def _draw(self, stage: Stage, event: Event) -> None:
        if event is not Event.LOG or self._evaluation is None:
            super()._draw(stage, event)


class FloatsAsTheyAre(Display):
    """Floats are printed with all their digits, as before version 5."""

    def _readable(self, value: Any, longest: int | None) -> Any:
        return value if isinstance(value, float) else super()._readable(value, longest)


class FourDecimals(Display):
    """`.4f` where `.4g` was meant: a small learning rate is printed as 0.0000."""

    def _readable(self, value: Any, longest: int | None) -> Any:
        return f"{value:.4f}" if isinstance(value, float) else super()._readable(value, longest)


class TotalFlosShown(Display):
    """All that is logged is shown."""

    hides = ()


class LongStringsOneShort(Display):
    """`>=` where `>` was meant: a string of just max_str_len characters is replaced."""

    def _readable(self, value: Any, longest: int | None) -> Any:
        exact = isinstance(value, str) and len(value) == longest
        return super()._readable(value, longest - 1 if exact and longest else longest)


class StringLimitNotHandedOn(Display):
    """The trainer makes its progress bar without max_str_len, so that the default holds."""

    def _print(self, logs: dict[str, Any], longest: int | None = None) -> None:
        super()._print(logs, longest and 100)


class BarTakesTotalFlos(Display):
    """What is not to be shown is taken out of the logs, and not out of a copy."""

    def _draw(self, stage: Stage, event: Event) -> None:
        super()._draw(stage, event)
        if event is Event.LOG:
            stage.logs.pop("total_flos", None)


class ShownByAllProcesses(Display):
    """Nobody asks whether this is the main process."""

    def _shows(self, stage: Stage) -> bool:
        return True


SHOWING: tuple[Mutant, ...] = (
    simulated(DisplayTurnedRound, "SHOW-1"),
    simulated(DisplayLostBesideOthers, "SHOW-1"),
    simulated(DisplayAheadOfOthers, "SHOW-2"),
    simulated(DisplayAddedToTrain, "SHOW-2"),
    simulated(RemovedDisplayStays, "SHOW-16"),
    simulated(PrinterWithoutEvaluations, "SHOW-3"),
    simulated(PrinterInTrainingOnly, "SHOW-3"),
    simulated(LogsAboveBarTwice, "SHOW-9"),
    simulated(BarWithoutEvaluations, "SHOW-9"),
    simulated(FloatsAsTheyAre, "SHOW-4"),
    simulated(FourDecimals, "SHOW-4"),
    simulated(TotalFlosShown, "SHOW-5"),
    simulated(LongStringsOneShort, "SHOW-11"),
    simulated(StringLimitNotHandedOn, "SHOW-11"),
    simulated(BarTakesTotalFlos, "SHOW-13"),
    simulated(ShownByAllProcesses, "SHOW-15"),
)
