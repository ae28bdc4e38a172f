"""PyTorch Ignite: an engine that trains, and an evaluator that a handler runs at EPOCH_COMPLETED.

What the translation decides: the training and evaluation functions, as Ignite has none; and that
the handler which evaluates comes after those that tell of the end of an epoch, so the order of the
two is not Ignite's. The flags are the engine's own, as are the counts: `should_terminate`,
`should_terminate_single_epoch`, `state.iteration`.
What it leaves out: saving and logging, which are handlers of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events
from ignite.handlers import EarlyStopping
from ignite.metrics import Average

from loopspec.scenario import Scenario
from loopspec.subjects.foreign.base import (
    Control,
    ForeignDriver,
    ForeignSubject,
    Run,
    Tell,
    linked,
)
from loopspec.subjects.foreign.tiny import LossModel, batches, loss_of
from loopspec.vocabulary import Capability, Event


class _Control(Control):
    should_training_stop = linked(lambda e: e.should_terminate, lambda e: e.terminate())
    should_epoch_stop = linked(
        lambda e: e.should_terminate_single_epoch, lambda e: e.terminate_epoch()
    )


_HOOKS = {
    Events.STARTED: Event.TRAIN_BEGIN,
    Events.EPOCH_STARTED: Event.EPOCH_BEGIN,
    Events.ITERATION_STARTED: Event.STEP_BEGIN,
    Events.ITERATION_COMPLETED: Event.STEP_END,
    Events.EPOCH_COMPLETED: Event.EPOCH_END,
    Events.COMPLETED: Event.TRAIN_END,
}


def _engines(model: LossModel) -> tuple[Engine, Engine]:
    """One that trains, one that evaluates."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.125)

    def train(engine: Engine, batch: Any) -> float:
        model.train()
        optimizer.zero_grad()
        loss = loss_of(model(batch[0]), batch[1])
        loss.backward()  # type: ignore[no-untyped-call]  # torch ships none for it
        optimizer.step()
        return loss.item()

    @torch.no_grad()
    def evaluate(engine: Engine, batch: Any) -> float:
        model.eval()
        return loss_of(model(batch[0]), batch[1]).item()

    evaluator = Engine(evaluate)
    Average().attach(evaluator, "loss")
    return Engine(train), evaluator


def _attach(tell: Tell, trainer: Engine, evaluator: Engine) -> None:
    for hook, event in _HOOKS.items():
        trainer.add_event_handler(hook, tell, event)
    evaluator.add_event_handler(Events.ITERATION_COMPLETED, tell, Event.PREDICTION_STEP)
    evaluator.add_event_handler(
        Events.COMPLETED,
        lambda: tell(Event.EVALUATE, metrics={"eval_loss": evaluator.state.metrics["loss"]}),
    )


class IgniteSubject(ForeignSubject):
    name = "ignite"
    distribution = "pytorch-ignite"
    capabilities = ForeignSubject.capabilities | {Capability.EPOCH_STOP}

    adapted = {"moment-of-validation": "A handler evaluates; where it is attached decides."}

    def assemble(self, scenario: Scenario, callbacks: Sequence[Any], folder: Path) -> ForeignDriver:
        model = LossModel(scenario)
        trainer, evaluator = _engines(model)
        run = Run(scenario, model, lambda: trainer.state.iteration)
        run.control = _Control(trainer)
        if scenario.early_stopping:
            evaluator.add_event_handler(Events.COMPLETED, _early_stopping(scenario, trainer))
        for tell in run.telling(callbacks):
            _attach(tell, trainer, evaluator)
        data = batches(scenario.eval_batches)
        if scenario.eval_strategy != "no":
            trainer.add_event_handler(Events.EPOCH_COMPLETED, lambda: evaluator.run(data))
        return ForeignDriver(
            run,
            lambda: trainer.run(
                batches(scenario.train_batches), max_epochs=int(scenario.num_train_epochs)
            ),
            lambda: evaluator.run(data),
        )


def _early_stopping(scenario: Scenario, trainer: Engine) -> EarlyStopping:
    assert scenario.early_stopping is not None
    return EarlyStopping(
        scenario.early_stopping.patience,
        lambda engine: -engine.state.metrics["loss"],
        trainer,
        min_delta=scenario.early_stopping.threshold,
    )
