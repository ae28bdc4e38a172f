"""Simulated trainers that pass control to their callbacks, or take it back, in a wrong way."""

from __future__ import annotations

from typing import Any

from loopspec.machine.players import Actor, Control, Player, Stage
from loopspec.machine.predict import Simulation
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


class Wrapped(Simulation):
    """With something between the trainer and each scripted callback."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        wraps: dict[Player, Any] = {actor: self._wrap(actor) for actor in self._actors.values()}
        self._actors = {name: wraps[actor] for name, actor in self._actors.items()}
        self._players = [wraps.get(player, player) for player in self._players]

    def _wrap(self, actor: Actor) -> Wrap:
        raise NotImplementedError


class Wrap:
    """A callback behind a wrapper."""

    def __init__(self, actor: Actor, trainer: Any) -> None:
        self.actor, self.part, self.trainer = actor, actor.part, trainer

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> Control | str | None:
        raise NotImplementedError


class ControlCopied(Wrapped):
    """Each callback gets a copy of control, to be safe."""

    def _wrap(self, actor: Actor) -> Wrap:
        return _Copies(actor, self)


class _Copies(Wrap):
    def __call__(self, stage: Stage, event: Event, control: Control | str) -> Control | str | None:
        if isinstance(control, Control):
            control = Control(flags=control.flags)
            stage.number(control)
        return self.actor(stage, event, control)


class FirstAnswerEndsDispatch(Wrapped):
    """A callback that returns its control ends the dispatch, as if it had answered for all."""

    def _wrap(self, actor: Actor) -> Wrap:
        return _Answers(actor, self)

    def dispatch(self, event: Event, clears: str) -> None:
        self.answered = False
        super().dispatch(event, clears)


class _Answers(Wrap):
    def __call__(self, stage: Stage, event: Event, control: Control | str) -> Control | str | None:
        if self.trainer.answered:
            return None
        back = self.actor(stage, event, control)
        self.trainer.answered = back is not None
        return back
