"""Events that come where none may come, though everything else is as it should be."""

from __future__ import annotations

from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


class ConfigurationLogged(Simulation):
    """The configuration is logged before the first epoch, as if it were a metric."""

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        if event is Event.TRAIN_BEGIN:
            self._log({"learning_rate_at_begin": 0.125})
            super().dispatch(Event.LOG, "L")


class PushBeginsWithTheRun(Simulation):
    """on_push_begin fires when the repository on the hub is made, long before an upload."""

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        if event is Event.TRAIN_BEGIN:
            super().dispatch(Event.PUSH_BEGIN, "")


STRAYS: tuple[Mutant, ...] = (
    simulated(ConfigurationLogged, "EVT-40"),
    simulated(PushBeginsWithTheRun, "EVT-40"),
)
