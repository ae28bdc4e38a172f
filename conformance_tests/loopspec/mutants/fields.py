"""Fields of the state, and keys of logs, that are missing, late or of another kind."""

from __future__ import annotations

from typing import Any

from loopspec.machine.players import steps_of
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.trace import Value
from loopspec.vocabulary import Event

_SPEED = ("runtime", "samples_per_second", "steps_per_second")


class EvaluationsNotTimed(Simulation):
    """evaluate() is overridden, and its clock with it."""

    def _measure(self, prefix: str) -> dict[str, Any]:
        timed = {f"{prefix}_{name}" for name in _SPEED} if prefix.startswith("eval") else set()
        return {key: v for key, v in super()._measure(prefix).items() if key not in timed}


class RunsNotTimed(Simulation):
    """The last log has the mean loss, and leaves the time to whoever wants it."""

    def _log(self, logs: dict[str, Any]) -> None:
        if "train_loss" in logs:
            logs = {key: v for key, v in logs.items() if key.removeprefix("train_") not in _SPEED}
        super()._log(logs)


class FlosNotSummedUp(Simulation):
    """total_flos is a field that nobody counts up, so the last log goes without it."""

    def _log(self, logs: dict[str, Any]) -> None:
        logs.pop("total_flos", None)
        super()._log(logs)


class EpochsOfTheArguments(Simulation):
    """state.num_train_epochs is copied from the arguments, also where max_steps wins."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self.state.num_train_epochs = int(self.scenario.num_train_epochs)


class EpochsPlannedLate(Simulation):
    """state.num_train_epochs is set by the loop, and on_train_begin comes before the loop."""

    def dispatch(self, event: Event, clears: str) -> None:
        epochs = self.state.num_train_epochs
        if event is Event.TRAIN_BEGIN:
            self.state.num_train_epochs = 0
        super().dispatch(event, clears)
        self.state.num_train_epochs = epochs


class IntervalsOfTheDefaults(Simulation):
    """The default flow reads the arguments, and nobody fills the intervals of the state in."""

    def dispatch(self, event: Event, clears: str) -> None:
        names = ("logging_steps", "eval_steps", "save_steps")
        known = {name: getattr(self.state, name) for name in names}
        if event is Event.TRAIN_BEGIN:
            for name in names:
                setattr(self.state, name, 500)
        super().dispatch(event, clears)
        for name in names:
            setattr(self.state, name, known[name])


class SharesInTheState(Simulation):
    """The intervals of the state are those of the arguments, also where these are shares."""

    @property
    def fields(self) -> dict[str, Value]:
        known = super().fields
        for name in ("logging_steps", "eval_steps", "save_steps"):
            asked = steps_of(self.scenario, name)
            if self.trained and asked < 1:
                known[name] = asked
        return known


class BatchSizeOnlyIfSearched(Simulation):
    """state.train_batch_size is set where a batch size is searched for, as the page has it."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self.state.train_batch_size = None


class AlwaysInASearch(Simulation):
    """is_hyper_param_search asks whether a trial is given, and takes None for one."""

    @property
    def fields(self) -> dict[str, Value]:
        return {**super().fields, "is_hyper_param_search": self.trained}


class TokensAlwaysCounted(Simulation):
    """Tokens are counted at each micro-batch, whether or not the arguments ask for it."""

    @property
    def fields(self) -> dict[str, Value]:
        return {**super().fields, "num_input_tokens_seen": self._passes}


class EpochUpdatedLate(Simulation):
    """epoch is updated at the end of the loop's body, after the callbacks."""

    def dispatch(self, event: Event, clears: str) -> None:
        epoch = self.state.epoch
        if event is Event.STEP_END:
            self.state.epoch = self._epoch_before
        super().dispatch(event, clears)
        self._epoch_before = self.state.epoch = epoch

    _epoch_before = 0.0


class EpochsNumberedFromOne(Simulation):
    """The first epoch is epoch 1, from its first step on."""

    def _do_count_step(self) -> None:
        super()._do_count_step()
        self.state.epoch += 1


class EpochRoundedAtItsEnd(Simulation):
    """An epoch that has ended counts as a whole one, also if it was cut short."""

    def dispatch(self, event: Event, clears: str) -> None:
        if event is Event.EPOCH_END:
            self.state.epoch = float(self._epoch + 1)
        super().dispatch(event, clears)


FIELDS: tuple[Mutant, ...] = (
    simulated(EvaluationsNotTimed, "STATE-6"),
    simulated(RunsNotTimed, "STATE-7"),
    simulated(FlosNotSummedUp, "STATE-7"),
    simulated(EpochsOfTheArguments, "STATE-10"),
    simulated(EpochsPlannedLate, "STATE-10"),
    simulated(IntervalsOfTheDefaults, "STATE-11"),
    simulated(SharesInTheState, "STATE-11"),
    simulated(BatchSizeOnlyIfSearched, "STATE-12"),
    simulated(AlwaysInASearch, "STATE-14"),
    simulated(TokensAlwaysCounted, "STATE-15"),
    simulated(EpochUpdatedLate, "EVT-16"),
    simulated(EpochsNumberedFromOne, "EVT-16"),
    simulated(EpochRoundedAtItsEnd, "EVT-16"),
)
