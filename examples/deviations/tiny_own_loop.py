"""What is asked of trl's trainers with a loop of their own, PPOTrainer and RLOOTrainer alike.

Each function takes `trainer` of `tiny_ppo` or `tiny_rloo`, says what was due and what came, and
gives the exit status.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import tiny
from transformers import TrainerCallback

Make = Callable[..., Any]

EVENTS = (
    "on_init_end on_train_begin on_epoch_begin on_step_begin on_pre_optimizer_step "
    "on_optimizer_step on_step_end on_epoch_end on_log on_train_end"
)
"""What transformers' Trainer calls for one step without logging, evaluation and saves."""


class Names(TrainerCallback):
    """Keeps the names of the events that are called."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __getattribute__(self, name: str):
        if name.startswith("on_"):
            self.seen.append(name)
        return super().__getattribute__(name)


def events(make: Make) -> int:
    callback = Names()
    with tempfile.TemporaryDirectory() as folder:
        make(folder, 1, callbacks=[callback], logging_strategy="no").train()
    got = " ".join(callback.seen)
    return tiny.conclude(EVENTS, got, got == EVENTS)


class StopAtTwo(TrainerCallback):
    seen: list[int]

    def __init__(self) -> None:
        self.seen = []

    def on_step_end(self, args, state, control, **kwargs):
        self.seen.append(state.global_step)
        if state.global_step == 2:
            control.should_training_stop = True


def stops(make: Make) -> int:
    callback = StopAtTwo()
    with tempfile.TemporaryDirectory() as folder:
        make(folder, 6, callbacks=[callback]).train()
    due = "no step after the one in which should_training_stop was set, 2"
    return tiny.conclude(due, f"steps {callback.seen}", callback.seen == [1, 2])


class Begins(TrainerCallback):
    def on_train_begin(self, args, state, control, **kwargs):
        self.found = f"epoch {state.epoch or 0:g}, {len(state.log_history)} logs"
        self.batch_size = state.train_batch_size


def starts_anew(make: Make) -> int:
    callback = Begins()
    with tempfile.TemporaryDirectory() as folder:
        trainer = make(folder, 2, callbacks=[callback])
        trainer.train()
        trainer.train()
    due = "epoch 0, 0 logs"
    return tiny.conclude(due, callback.found, callback.found == due)


def batch_size(make: Make) -> int:
    callback = Begins()
    with tempfile.TemporaryDirectory() as folder:
        make(folder, 1, callbacks=[callback]).train()
    size = callback.batch_size
    return tiny.conclude("a number of samples", str(size), size is not None)


def evaluates(make: Make) -> int:
    with tempfile.TemporaryDirectory() as folder:
        trainer = make(folder, 2)
        try:
            trainer.evaluate()
            got = "metrics"
        except AttributeError as error:
            got = f"{type(error).__name__}: {error}"
    return tiny.conclude("metrics of the evaluation set", got, got == "metrics")
