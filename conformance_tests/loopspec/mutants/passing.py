"""Control that is passed to callbacks, or taken back from them, in a wrong way."""

from __future__ import annotations

from typing import Any

from loopspec.machine.players import Actor, Control, Stage
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


class Reversed(Simulation):
    """The callbacks are called from the last to the first."""

    def dispatch(self, event: Event, clears: str) -> None:
        self._players.reverse()
        super().dispatch(event, clears)
        self._players.reverse()


class ReturnsIgnored(Simulation):
    """Callbacks are called for their effect; what they return is dropped."""

    def dispatch(self, event: Event, clears: str) -> None:
        before = self.control
        super().dispatch(event, clears)
        self.control = before


class ControlCopied(Actor):
    """Each callback gets a copy of control, to be safe."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> Control | str | None:
        if isinstance(control, Control):
            control = Control(flags=control.flags)
            stage.number(control)
        return super().__call__(stage, event, control)


class _Answers(Actor):
    def __call__(self, stage: Any, event: Event, control: Control | str) -> Control | str | None:
        if stage.answered:
            return None
        back = super().__call__(stage, event, control)
        stage.answered = back is not None
        return back


class FirstAnswerEndsDispatch(Simulation):
    """A callback that returns its control ends the dispatch, as if it had answered for all."""

    actor = _Answers

    def dispatch(self, event: Event, clears: str) -> None:
        self.answered = False
        super().dispatch(event, clears)


PASSING: tuple[Mutant, ...] = (
    simulated(Reversed, "DISP-1"),
    simulated(ReturnsIgnored, "DISP-15"),
    simulated(ControlCopied, "DISP-13"),
    simulated(FirstAnswerEndsDispatch, "DISP-2"),
)
