"""Simulated trainers that give callbacks another object than the one that all should share."""

from __future__ import annotations

from typing import Any

import msgspec

from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import Act
from loopspec.trace import Record
from loopspec.vocabulary import Event


class _ArgumentsRenewed(Simulation):
    """Gives the arguments another number each time that `args_made` is raised."""

    args_made = 0

    def _record(self, event: Event) -> Record:
        record = super()._record(event)
        record.args = self.args_made
        return record


class ArgumentsCopiedForTraining(_ArgumentsRenewed):
    """train() puts the batch size that it found into a copy of the arguments."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self.args_made += 1


class ArgumentsCopied(_ArgumentsRenewed):
    """Each event is given a copy of the arguments, so that no callback can change them."""

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        self.args_made += 1


class StateReplaced(Simulation):
    """The state is a frozen dataclass, and each step makes the next one of it."""

    def _do_count_step(self) -> None:
        super()._do_count_step()
        self.state.ordinal = self._states
        self._states += 1


class StateCopied(Simulation):
    """Each event is given a snapshot of the state, so that no callback can change it."""

    def dispatch(self, event: Event, clears: str) -> None:
        kept = self.state
        self.state = msgspec.structs.replace(kept, ordinal=self._states)
        self._states += 1
        super().dispatch(event, clears)
        self.state = kept


class WrappedModelGiven(Simulation):
    """Callbacks are given the model as it was wrapped for several devices."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        seen = super()._perform_call(call)
        return seen | {"model": not self.trained} if call == "look" else seen


class StateOfTheLoopGiven(Simulation):
    """The loop has a state of its own, and trainer.state is brought up to it when a run ends."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        seen = super()._perform_call(call)
        return seen | {"state": not self.trained} if call == "look" else seen


class LogsCopied(Simulation):
    """Each callback is given a copy of what is logged, so that none can spoil it for the others."""

    def act(self, act: Act) -> None:
        if act.does != "put":
            super().act(act)


class HistoryNotCopied(Simulation):
    """An entry of log_history is a ChainMap of the step and the logs, and no copy of them."""

    def act(self, act: Act) -> None:
        super().act(act)
        if act.does == "put" and act.event is Event.LOG:
            self.state.log_history[-1][act.whom] = 1.0


class NotTheMainProcessYet(Simulation):
    """The state learns which process it is in when training begins."""

    def _make_trainer(self) -> None:
        super()._make_trainer()
        self.state.first_process = False


class RankOfNoGroup(Simulation):
    """Without a process group the rank is -1, and the main process is the one of rank 0."""

    def dispatch(self, event: Event, clears: str) -> None:
        self.state.first_process = False
        super().dispatch(event, clears)


SHARING: tuple[Mutant, ...] = (
    simulated(ArgumentsCopiedForTraining, "DISP-10"),
    simulated(ArgumentsCopied, "DISP-10"),
    simulated(StateReplaced, "DISP-11"),
    simulated(StateCopied, "DISP-11"),
    simulated(WrappedModelGiven, "DISP-40"),
    simulated(StateOfTheLoopGiven, "DISP-40"),
    simulated(LogsCopied, "DISP-34"),
    simulated(HistoryNotCopied, "DISP-35"),
    simulated(NotTheMainProcessYet, "PROC-1"),
    simulated(RankOfNoGroup, "PROC-1"),
)
