"""Control that is passed to callbacks, or taken back from them, in a wrong way."""

from __future__ import annotations

from typing import Any

from loopspec.machine.players import Actor, Control, Stage
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.probe import SCRIPTED
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


class AnswerToLogIgnored(Simulation):
    """log() is called for its effect, and what the callbacks of on_log return is dropped in it."""

    def dispatch(self, event: Event, clears: str) -> None:
        before = self.control
        super().dispatch(event, clears)
        if event is Event.LOG:
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


class ControlCopiedForEachEvent(Simulation):
    """Each event gets a copy of control, whose flags are then read."""

    def dispatch(self, event: Event, clears: str) -> None:
        if self._index:
            self.control = Control(flags=self.flags())
            self.number(self.control)
        super().dispatch(event, clears)


class ControlOfTheRun(Simulation):
    """train() makes a control for each run."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self.control = Control(flags=self.flags())
        self.number(self.control)


class ReturnedControlCopied(Actor):
    """A control that comes back is copied, so that the callback cannot change it afterwards."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> Control | str | None:
        back = super().__call__(stage, event, control)
        if isinstance(back, Control):
            back = Control(flags=back.flags)
            stage.number(back)
        return back


class ChangesNeedAReturn(Actor):
    """A change counts only if control is returned, as the page asks; without that it is undone."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> Control | str | None:
        before = control.flags if isinstance(control, Control) else ""
        back = super().__call__(stage, event, control)
        if back is None and isinstance(control, Control):
            control.change(before, "".join(set(control.flags) - set(before)))
        return back


class _Wishes(Actor):
    def __call__(self, stage: Any, event: Event, control: Control | str) -> Control | str | None:
        before = control.flags if isinstance(control, Control) else ""
        back = super().__call__(stage, event, control)
        if isinstance(control, Control):
            stage.wishes |= set(control.flags)
            control.change(before, "".join(set(control.flags) - set(before)))
        return back


class FlagsOrEd(Simulation):
    """Each callback is asked by itself, and a flag is set if any of them wants it."""

    actor = _Wishes
    wishes: frozenset[str] = frozenset()

    def dispatch(self, event: Event, clears: str) -> None:
        before, self.wishes = self.wishes, frozenset()
        super().dispatch(event, clears)
        self._flagged().change("".join(self.wishes))
        self.wishes = before


class UndoneByException(Simulation):
    """Control is put back as it was when a callback raises."""

    def dispatch(self, event: Event, clears: str) -> None:
        before = self.flags()
        try:
            super().dispatch(event, clears)
        except SCRIPTED:
            control = self._flagged()
            control.change(before, "".join(set(control.flags) - set(before)))
            raise


PASSING: tuple[Mutant, ...] = (
    simulated(Reversed, "DISP-1"),
    simulated(ReturnsIgnored, "DISP-15"),
    simulated(AnswerToLogIgnored, "DISP-15"),
    simulated(ControlCopied, "DISP-13"),
    simulated(FirstAnswerEndsDispatch, "DISP-2"),
    simulated(ControlCopiedForEachEvent, "DISP-42"),
    simulated(ControlOfTheRun, "DISP-42"),
    simulated(ReturnedControlCopied, "DISP-16"),
    simulated(ChangesNeedAReturn, "DISP-14"),
    simulated(FlagsOrEd, "DISP-14"),
    simulated(UndoneByException, "DISP-41"),
)
