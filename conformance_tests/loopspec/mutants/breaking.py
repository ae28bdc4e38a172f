"""Exceptions of callbacks that do not leave the run as they should, or leave something behind."""

from __future__ import annotations

from typing import Any

from loopspec.machine.players import Actor, Control, Stage, TrainerError
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.probe import SCRIPTED, ScriptedError, ScriptedInterrupt
from loopspec.vocabulary import Event


class FinallyEndsTraining(Simulation):
    """The loop stands in a try block, and on_train_end in its `finally`."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        try:
            return super()._perform_call(call)
        except SCRIPTED:
            if call == "train":
                self.dispatch(Event.TRAIN_END, "")
            raise


class ErrorsOfCallbacksLogged(Actor):
    """Each callback is called in a try block of its own, so that a bad one does not end the run."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> Control | str | None:
        try:
            return super().__call__(stage, event, control)
        except ScriptedError:
            return None


class InterruptEndsQuietly(Simulation):
    """Ctrl-C is caught around the loop, so that a run can be ended early by hand."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        try:
            return super()._perform_call(call)
        except ScriptedInterrupt:
            self._leave_the_call()
            return {}


class ErrorsWrapped(Simulation):
    """Whatever goes wrong in a run is raised as an error of the trainer's own."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        try:
            return super()._perform_call(call)
        except ScriptedError as error:
            raise TrainerError("training failed") from error


class RefusesAfterAnException(Simulation):
    """A mark that a run is going on is taken away at its end only, and forbids a second one."""

    _running = False

    def _perform_call(self, call: str) -> dict[str, Any]:
        if call == "train" and self._running:
            raise TrainerError("a run is going on already")
        self._running = call == "train"
        seen = super()._perform_call(call)
        self._running = False
        return seen


BREAKING: tuple[Mutant, ...] = (
    simulated(FinallyEndsTraining, "EVT-5"),
    simulated(ErrorsOfCallbacksLogged, "EVT-5"),
    simulated(InterruptEndsQuietly, "EVT-43"),
    simulated(ErrorsWrapped, "EVT-43"),
    simulated(RefusesAfterAnException, "EVT-44"),
)
