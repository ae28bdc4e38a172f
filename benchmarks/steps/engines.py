"""Trainers that do more at an event than to call."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from steps.job import LEARNING_RATE, Job, Pairs, make_model, make_optimizer


def ignite(job: Job) -> None:
    from ignite.engine import Engine, Events

    model = make_model(job)
    optimizer = make_optimizer(model)

    def step(engine: Engine, batch: Any) -> None:
        x, y = batch
        nn.functional.mse_loss(model(x.to(job.device)), y.to(job.device)).backward()
        optimizer.step()
        optimizer.zero_grad()

    engine = Engine(step)
    for _ in range(job.callbacks):
        engine.add_event_handler(Events.ITERATION_STARTED, lambda engine: None)
        engine.add_event_handler(Events.ITERATION_COMPLETED, lambda engine: None)
    engine.run(DataLoader(Pairs(job)), max_epochs=1)


def lightning(job: Job) -> None:
    import pytorch_lightning

    class Idle(pytorch_lightning.Callback):  # type: ignore[misc]  # without types
        def on_train_batch_start(self, *arguments: Any) -> None:
            pass

        def on_train_batch_end(self, *arguments: Any) -> None:
            pass

    class Module(pytorch_lightning.LightningModule):  # type: ignore[misc]  # without types
        def __init__(self) -> None:
            super().__init__()
            self.inner = make_model(job)

        def training_step(self, batch: Any, index: int) -> torch.Tensor:
            return nn.functional.mse_loss(self.inner(batch[0]), batch[1])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return make_optimizer(self)

    pytorch_lightning.Trainer(
        max_epochs=1,
        accelerator="cpu" if job.device == "cpu" else "gpu",
        devices=1,
        accumulate_grad_batches=job.accumulation,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[Idle() for _ in range(job.callbacks)],
    ).fit(Module(), DataLoader(Pairs(job)))


def fastai(job: Job) -> None:
    from fastai.callback import progress  # noqa: F401  # it adds `no_bar` to the learner
    from fastai.callback.core import Callback
    from fastai.data.core import DataLoaders
    from fastai.data.load import DataLoader as FastaiLoader
    from fastai.learner import Learner
    from fastai.optimizer import SGD

    class Idle(Callback):  # type: ignore[misc]  # without types
        def before_batch(self) -> None:
            pass

        def after_batch(self) -> None:
            pass

    data = DataLoaders(FastaiLoader(Pairs(job), bs=1), FastaiLoader(Pairs(Job(job.model)), bs=1))
    learner = Learner(
        data,
        make_model(job),
        loss_func=nn.MSELoss(),
        opt_func=SGD,
        lr=LEARNING_RATE,
        path=tempfile.gettempdir(),
        cbs=[Idle() for _ in range(job.callbacks)],
    )
    with learner.no_bar(), learner.no_logging():
        learner.fit(1)


def keras(job: Job) -> None:
    os.environ["KERAS_BACKEND"] = "torch"
    import keras as library

    class Idle(library.callbacks.Callback):  # type: ignore[misc]  # without types
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            pass

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            pass

    model = library.Sequential([library.Input((job.width,)), library.layers.Dense(job.width)])
    model.compile(library.optimizers.SGD(LEARNING_RATE), "mse")
    idle = [Idle() for _ in range(job.callbacks)]
    model.fit(DataLoader(Pairs(job)), epochs=1, verbose=0, callbacks=idle)
