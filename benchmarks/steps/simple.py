"""Trainers whose callbacks are called in a plain loop."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from steps.job import LEARNING_RATE, Job, Pairs, make_model, make_optimizer


def skorch(job: Job) -> None:
    from skorch import NeuralNet
    from skorch.callbacks import Callback

    class Idle(Callback):  # type: ignore[misc]  # without types
        def on_batch_begin(self, net: Any, batch: Any = None, **keywords: Any) -> None:
            pass

        def on_batch_end(self, net: Any, batch: Any = None, **keywords: Any) -> None:
            pass

    net = NeuralNet(
        make_model(job),
        nn.MSELoss,
        max_epochs=1,
        train_split=None,
        verbose=0,
        batch_size=1,
        lr=LEARNING_RATE,
        optimizer=torch.optim.SGD,
        callbacks=[(str(index), Idle()) for index in range(job.callbacks)],
        callbacks__valid_acc=None,
    )
    net.fit(Pairs(job), None)


def poutyne(job: Job) -> None:
    from poutyne import Callback, Model

    class Idle(Callback):  # type: ignore[misc]  # without types
        def on_train_batch_begin(self, batch_number: int, logs: Any) -> None:
            pass

        def on_train_batch_end(self, batch_number: int, logs: Any) -> None:
            pass

    model = make_model(job)
    idle = [Idle() for _ in range(job.callbacks)]
    Model(model, make_optimizer(model), "mse").fit_generator(
        DataLoader(Pairs(job)), epochs=1, verbose=False, callbacks=idle
    )


def torchtnt(job: Job) -> None:
    from torchtnt.framework.auto_unit import AutoUnit
    from torchtnt.framework.callback import Callback
    from torchtnt.framework.train import train

    class Idle(Callback):  # type: ignore[misc]  # without types
        def on_train_step_start(self, state: Any, unit: Any) -> None:
            pass

        def on_train_step_end(self, state: Any, unit: Any) -> None:
            pass

    class Unit(AutoUnit):  # type: ignore[misc]  # without types
        def compute_loss(self, state: Any, data: Any) -> tuple[torch.Tensor, torch.Tensor]:
            output = self.module(data[0])
            return nn.functional.mse_loss(output, data[1]), output

        def configure_optimizers_and_lr_scheduler(self, module: nn.Module) -> tuple[Any, None]:
            return make_optimizer(module), None

    unit = Unit(module=make_model(job), device=torch.device(job.device))
    idle = [Idle() for _ in range(job.callbacks)]
    train(unit, DataLoader(Pairs(job)), max_epochs=1, callbacks=idle)


def pytorch_accelerated(job: Job) -> None:
    from pytorch_accelerated import Trainer
    from pytorch_accelerated.callbacks import TrainerCallback

    class Idle(TrainerCallback):  # type: ignore[misc]  # without types
        def on_train_step_begin(self, trainer: Any, **keywords: Any) -> None:
            pass

        def on_train_step_end(self, trainer: Any, **keywords: Any) -> None:
            pass

    classes = [type(f"Idle{index}", (Idle,), {}) for index in range(job.callbacks)]
    model = make_model(job)
    trainer = Trainer(
        model, nn.MSELoss(), make_optimizer(model), callbacks=[made() for made in classes]
    )
    trainer.train(
        Pairs(job),
        num_epochs=1,
        per_device_batch_size=1,
        train_dataloader_kwargs={"num_workers": 0, "pin_memory": False},
    )
