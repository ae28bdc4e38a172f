"""Frameworks that do more at an event than to call: they look up, time, record or run threads."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from dispatch import NOOP, Fire
from dispatch.making import callbacks


def ignite(number: int, kind: str) -> Fire:
    from ignite.engine import Engine, Events

    engine = Engine(lambda engine, batch: None)
    # An idle handler is one of another event: Ignite has no callback objects.
    event = Events.ITERATION_COMPLETED if kind == NOOP else Events.EPOCH_COMPLETED
    for _ in range(number):
        engine.add_event_handler(event, lambda engine: None)
    engine.run([0], max_epochs=1)
    return lambda: engine.fire_event(Events.ITERATION_COMPLETED)


def lightning(number: int, kind: str) -> Fire:
    import pytorch_lightning
    from pytorch_lightning.trainer.call import _call_callback_hooks

    def method(self: Any, trainer: Any, module: Any, outputs: Any, batch: Any, index: int) -> None:
        pass

    trainer = pytorch_lightning.Trainer(
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    base = pytorch_lightning.Callback
    trainer.callbacks = callbacks(base, "on_train_batch_end", method, number, kind)
    module = pytorch_lightning.LightningModule()
    trainer.strategy.connect(module)
    module.trainer = trainer
    return lambda: _call_callback_hooks(trainer, "on_train_batch_end", None, 0, 0)


def keras(number: int, kind: str) -> Fire:
    os.environ["KERAS_BACKEND"] = "torch"
    from keras.callbacks import Callback, CallbackList

    def method(self: Any, batch: int, logs: Any = None) -> None:
        pass

    made = callbacks(Callback, "on_train_batch_end", method, number, kind)
    found = CallbackList(made, add_history=False, add_progbar=False)
    found.on_train_begin()  # makes the thread in which it calls where nobody overrides the event
    logs: dict[str, Any] = {}
    return lambda: found.on_train_batch_end(0, logs)


def fastai(number: int, kind: str) -> Fire:
    import torch
    from fastai.callback.core import Callback
    from fastai.data.core import DataLoaders
    from fastai.data.load import DataLoader
    from fastai.learner import Learner

    def method(self: Any) -> None:
        pass

    data = DataLoader([(torch.ones(1), torch.ones(1))], bs=1)
    learner = Learner(
        DataLoaders(data, data),
        torch.nn.Linear(1, 1),
        loss_func=torch.nn.MSELoss(),
        path=tempfile.gettempdir(),
        default_cbs=False,
    )
    learner.add_cbs(callbacks(Callback, "after_batch", method, number, kind))
    learner.training, learner.epoch = True, 0
    return lambda: learner("after_batch")
