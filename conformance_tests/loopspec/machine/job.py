"""The job of a simulated trainer: counters in place of a model, and what a row of the table does.

Facts are what the table's conditions ask; effects are what its rows do before their event. Each is
a method with the name that the table uses.
"""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from loopspec.machine.players import (
    Control,
    JunkError,
    State,
    interval,
    is_better,
    metric_key,
    steps_of,
    worst,
)
from loopspec.machine.profile import Profile
from loopspec.scenario import Scenario
from loopspec.trace import Value

_EVAL_LOSS = 0.5
_LEARNING_RATE = 0.125
_BATCH_SIZE = 1
_OF_STATE = ("num_train_epochs", "logging_steps", "eval_steps", "save_steps", "train_batch_size")


class Saved(NamedTuple):
    """What a simulated checkpoint holds."""

    state: State
    weights: int
    best_checkpoint: int | None
    flags: str
    kept: dict[str, int]
    place: tuple[int, int]
    """The epoch with which to go on, and the micro-batches of it that are done."""
    shape: tuple[int, int]
    """Micro-batches in an epoch, and in a step: where they are others, the place says nothing."""
    losses: tuple[float, float, int, int]
    """Sum since the last log and of all logs, the step of that log and the one they begin with."""


class Evaluation:
    """An evaluation under way: the sets that are left, the batches of this one, and the metrics of
    each, which callbacks may add to."""

    def __init__(self, sets: list[str]) -> None:
        self.sets, self.name, self.batches = sets, "", 0
        self.measured: list[dict[str, Any]] = []


class Job:
    """Counters, weights and checkpoints of one simulated trainer."""

    def __init__(self, scenario: Scenario, profile: Profile) -> None:
        self.scenario, self.profile = scenario, profile
        self.asked: dict[str, Any] = {}
        self.uploads = 0
        self.after_epoch = False
        self.resume_from: int | None = None
        self.evaluation = Evaluation([])
        self.checkpoints: dict[int, Saved] = {}
        self._trainers = self._controls = self._states = 0
        self._make_trainer()

    def _make_trainer(self) -> None:
        """A new trainer, with a new model; counters of objects and the checkpoints stay."""
        self.state = State(self._states)
        self.control: Control | str = Control(self._controls)
        self._trainers, self._states = self._trainers + 1, self._states + 1
        self._controls += 1
        self.logs: dict[str, Any] = {}
        self.gave: dict[str, Any] | None = None
        self.metrics: dict[str, Any] = {}
        self.trained = self.evaluated = self._prepared_late = False
        self.moved = False
        self._slope = 0.0
        self.training = True
        self._weights = self._passes = 0
        self._scores = list(self.scenario.metrics)
        self._best_checkpoint: int | None = None

    @property
    def gradient(self) -> bool:
        """Whether the weight has a gradient now."""
        return self._slope > 0

    @property
    def fields(self) -> dict[str, Value]:
        """What a record holds under `fields`: those of the state, and what never changes here."""
        return {
            **{name: getattr(self.state, name) for name in _OF_STATE},
            "num_input_tokens_seen": 0,
            "total_flos": 0.0,
            "best_model_checkpoint": self._best_checkpoint,
            "is_local_process_zero": self.state.first_process,
            "is_world_process_zero": self.state.first_process,
            "is_hyper_param_search": False,
        }

    # Facts ---------------------------------------------------------------------------------------

    def fact(self, name: str) -> bool:
        return bool(getattr(self, "_is_" + name.replace(" ", "_"))())

    def _is_evaluates_on_start(self) -> bool:
        return self.scenario.eval_on_start

    def _is_epoch_left(self) -> bool:
        return self._epoch + 1 < self._epochs

    def _is_batch_left(self) -> bool:
        return self._batch < self.scenario.train_batches

    def _is_looks_early(self) -> bool:
        return self.profile.looks_early

    def _is_finishes_steps(self) -> bool:
        return (
            self.profile.finishes_steps
            and self._batch % self.scenario.gradient_accumulation_steps != 0
        )

    def _is_pushes(self) -> bool:
        return False  # no scenario pushes to a hub

    def _is_group_begins(self) -> bool:
        return self._batch % self.scenario.gradient_accumulation_steps == 0

    def _is_group_goes_on(self) -> bool:
        size = self.scenario.gradient_accumulation_steps
        return (self._batch + 1) % size != 0 and self._batch + 1 < self.scenario.train_batches

    def _is_step_not_logged(self) -> bool:
        return self.state.global_step > self._logged

    def _is_evaluation_batch_left(self) -> bool:
        return self.evaluation.batches < self.scenario.eval_batches

    def _is_evaluation_set_left(self) -> bool:
        return bool(self.evaluation.sets)

    # Effects: a run ------------------------------------------------------------------------------

    def effect(self, name: str) -> None:
        getattr(self, "_do_" + name.replace(" ", "_"))()

    @property
    def _per_epoch(self) -> int:
        """Steps in an epoch."""
        return math.ceil(self.scenario.train_batches / self.scenario.gradient_accumulation_steps)

    def _plan(self) -> tuple[int, int]:
        """The step at which a run is to end, and how many epochs that takes from its beginning."""
        s = self.scenario
        if s.max_steps > 0:
            return s.max_steps, math.ceil(s.max_steps / self._per_epoch)
        return math.ceil(s.num_train_epochs * self._per_epoch), math.ceil(s.num_train_epochs)

    def _do_begin_run(self) -> None:
        s = self.scenario
        max_steps, self._epochs = self._plan()
        self.state = State(
            self._states,
            max_steps=max_steps,
            num_train_epochs=self._epochs,
            train_batch_size=_BATCH_SIZE,
        )
        self._best_checkpoint = None
        self._stored = self._counted()
        for kind in _INTERVALS:
            setattr(self.state, kind, interval(steps_of(s, kind), max_steps))
        if self.resume_from is not None:
            self._load(self.checkpoints[self.resume_from])
        self._states += 1
        self.trained = True
        step = self.state.global_step
        resumed = self.resume_from is not None
        if step >= max_steps and resumed and not self.profile.trains_past_the_end:
            self._epochs = 0
        epoch, self._skip = self._place(step)
        self._epoch, self._batch = epoch - 1, 0
        if s.ignore_data_skip:
            self._skip = 0
        self._logged = self._started = step
        self._loss = self._group_loss = self._logged_loss = self._slope = 0.0
        if self.resume_from is not None and not self.profile.forgets_losses:
            losses = self.checkpoints[self.resume_from].losses
            self._loss, self._logged_loss, self._logged, self._started = losses

    def _place(self, step: int) -> tuple[int, int]:
        """The epoch with which to begin, and the micro-batches of it that are done."""
        saved = None if self.resume_from is None else self.checkpoints[self.resume_from]
        if saved and saved.shape == self._shape and not self.profile.computes_place:
            return saved.place
        epoch, steps = divmod(step, self._per_epoch)
        return epoch, steps * self.scenario.gradient_accumulation_steps

    @property
    def _shape(self) -> tuple[int, int]:
        return self.scenario.train_batches, self.scenario.gradient_accumulation_steps

    def _here(self) -> tuple[int, int]:
        """Where a run that is resumed from here goes on: an epoch that was stopped is over, one
        that only the end of training cut is not."""
        flags, size = self._flagged().flags, self.scenario.gradient_accumulation_steps
        over = "E" in flags or (self.after_epoch and "T" not in flags)
        if over or self._batch >= self.scenario.train_batches:
            return self._epoch + 1, 0
        return self._epoch, self._batch - self._batch % size

    def _load(self, saved: Saved) -> None:
        state, old = self.state, saved.state
        state.global_step, state.epoch = old.global_step, old.epoch
        state.log_history = list(old.log_history)
        state.best_metric, state.best_step = old.best_metric, old.best_step
        self._best_checkpoint = saved.best_checkpoint
        for kind in _INTERVALS:
            setattr(state, kind, getattr(old, kind))
        self._stored = saved.kept
        self._load_weights(saved.weights)
        if self.scenario.restore_callback_states_from_checkpoint:
            self.control = Control(self._controls, saved.flags.replace("T", ""))
            self._controls += 1
            self._restore_callbacks(saved.kept)

    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        """Give the stateful callbacks what they had counted."""
        raise NotImplementedError

    def _counted(self) -> dict[str, int]:
        """What each stateful callback has counted."""
        raise NotImplementedError

    def _stale(self) -> dict[str, int]:
        """What a checkpoint holds of callbacks that share a class, if it is not what is true."""
        if not self.profile.keeps_first_of_doubles:
            return {}
        pairs = [{part.name, part.twin} for part in self.scenario.callbacks if part.twin]
        shared = {name for pair in pairs if pair <= self._stored.keys() for name in pair}
        return {name: count for name, count in self._stored.items() if name in shared}

    def _load_weights(self, weights: int) -> None:
        self.moved = self.moved or weights != self._weights
        self._weights = weights

    def _do_begin_epoch(self) -> None:
        self._epoch += 1
        self._norm: float | None = None  # that of an earlier epoch's last step is not logged
        self._batch, self._skip, self.after_epoch = self._skip, 0, False

    def _do_forward_and_backward(self) -> None:
        size = self.scenario.gradient_accumulation_steps
        begun = self._batch - self._batch % size
        self._passes += 1
        of = min(size, self.scenario.train_batches - begun)
        self._group_loss += self._passes / of
        self._slope += 1 / of  # the gradient of each pass is 1
        self._batch += 1
        self.training = True

    def _do_move_weights(self) -> None:
        self.moved, self._norm = True, self._slope
        # Whoever goes on from the same weights by the same step comes to the same ones; at a
        # constant rate one step is as another.
        constant = self.scenario.lr_scheduler_type == "constant"
        step = 0 if constant else self.state.global_step
        self._weights = hash((self._weights, self._slope, step))

    def _do_count_step(self) -> None:
        self._end_group(keep=True)
        self.state.global_step += 1
        self.state.epoch = self._epoch + self._batch / self.scenario.train_batches

    def _do_abandon_group(self) -> None:
        if not self.profile.leaks_gradients:
            self._end_group(keep=False)

    def _end_group(self, keep: bool) -> None:
        self._loss += self._group_loss if keep else 0.0
        self._group_loss = self._slope = 0.0

    def _do_sum_up_run(self) -> None:
        steps = self.state.global_step - self._started
        loss = (self._logged_loss + self._loss + self._group_loss) / max(steps, 0.001)
        self._log({**_timed("train"), "total_flos": 0.0, "train_loss": loss})
        self.gave = self.logs

    def _do_load_best_weights(self) -> None:
        if self.scenario.load_best_model_at_end and self._best_checkpoint is not None:
            self._load_weights(self.checkpoints[self._best_checkpoint].weights)

    # Effects: logging, evaluation, saving --------------------------------------------------------

    def _do_log_training(self) -> None:
        self._loss, self._group_loss = self._loss + self._group_loss, 0.0
        mean = self._loss / (self.state.global_step - self._logged)
        self._logged_loss += self._loss
        self._loss, self._logged = 0.0, self.state.global_step
        norm = {} if self._norm is None else {"grad_norm": self._norm}
        self._log({"loss": mean, **norm, "learning_rate": self._rate()})

    def _rate(self) -> float:
        """The learning rate of the last update."""
        done = (self.state.global_step - 1) / self.state.max_steps
        falls = self.scenario.lr_scheduler_type == "linear"
        return _LEARNING_RATE * (1 - done if falls else 1)

    def _do_log_values(self) -> None:
        self._log(dict(self.asked))

    def _do_log_metrics(self) -> None:
        name = self.evaluation.name
        self.metrics = self._measure(f"eval_{name}" if name else "eval")
        self.evaluation.measured.append(self.metrics)
        self._log(self.metrics)

    def _log(self, logs: dict[str, Any]) -> None:
        logs["epoch"] = self.state.epoch
        self.state.log_history.append({**logs, "step": self.state.global_step})
        self.logs = logs

    def _measure(self, prefix: str) -> dict[str, Any]:
        score = self._scores[0] if self._scores else None
        self._scores = self._scores[1:] or self._scores
        metrics: dict[str, Any] = {f"{prefix}_loss": _EVAL_LOSS, **_timed(prefix)}
        self._prepared_late = self._prepared_late or not self.trained
        if self._prepared_late:  # a trainer that measured before training prepared the model for it
            metrics[f"{prefix}_model_preparation_time"] = None
        name = f"{prefix}_{self.scenario.metric_name}"
        return metrics if score is None else {**metrics, name: float(score)}

    def _do_begin_evaluation(self) -> None:
        if not self.scenario.eval_batches:
            raise LookupError("no evaluation set")
        self.evaluation = Evaluation(list(self.scenario.eval_sets or ("",)))
        self._do_next_set()

    def _do_next_set(self) -> None:
        self.evaluation.name = self.evaluation.sets.pop(0)
        self.evaluation.batches, self.evaluated = 0, True

    def _do_begin_prediction(self) -> None:
        self.evaluation, self.evaluated = Evaluation([]), True

    def _do_predict_batch(self) -> None:
        self.evaluation.batches += 1
        self.training = False

    def _do_give_prediction(self) -> None:
        self.metrics = self._measure("test")

    def _do_upload(self) -> None:
        self.uploads += 1

    @property
    def measured(self) -> Mapping[str, Any]:
        """The metrics of all sets of the last evaluation."""
        return ChainMap(*reversed(self.evaluation.measured))

    def _do_track_best(self) -> None:
        s, state = self.scenario, self.state
        new = False
        if s.metric_for_best_model or s.load_best_model_at_end:
            value = self.measured[metric_key(s)]
            if state.best_metric is None:
                state.best_metric = worst(s)
            new = is_better(value, state.best_metric, s)
        if new:
            state.best_metric = value
            state.best_step = state.best_step if s.save_strategy == "no" else state.global_step
        if s.save_strategy == "best":
            self._flagged().change("S" if new else "", "" if new else "S")

    def _do_write_checkpoint(self) -> None:
        s, state = self.scenario, self.state
        step = state.global_step
        if self.profile.loses_new_callbacks and not self._counted().keys() <= self._stored.keys():
            raise LookupError
        if s.save_strategy != "no" and state.best_step in {*self.checkpoints, step} - {0}:
            self._best_checkpoint = state.best_step
        self.checkpoints[step] = Saved(
            _copy(state),
            self._weights,
            self._best_checkpoint,
            self._flagged().flags,
            self._counted() | self._stale(),
            self._here(),
            self._shape,
            (self._loss, self._logged_loss, self._logged, self._started),
        )
        kept = {max(self.checkpoints), self._best_checkpoint} - {None}
        for step in sorted(self.checkpoints):
            if (
                s.save_total_limit
                and len(self.checkpoints) > max(s.save_total_limit, len(kept))
                and step not in kept
            ):
                del self.checkpoints[step]

    def _flagged(self) -> Control:
        if isinstance(self.control, str):
            raise JunkError
        return self.control


_INTERVALS = ("logging_steps", "eval_steps", "save_steps")


def _copy(state: State) -> State:
    return msgspec.structs.replace(state, log_history=list(state.log_history))


def _timed(prefix: str) -> dict[str, None]:
    return dict.fromkeys(
        f"{prefix}_{name}" for name in ("runtime", "samples_per_second", "steps_per_second")
    )
