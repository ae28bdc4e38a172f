"""PyTorch Lightning.

What the translation decides: the flag `should_epoch_stop`; `should_training_stop` is Lightning's
`trainer.should_stop`. A request to end an epoch is handed over as Lightning has it: the module
answers the next `on_train_batch_start` with -1. Callbacks have been told of that batch by then.
What it leaves out: logging, to a logger, and saving, by a callback, are nothing that one asks for;
no hook follows the update of the weights; accumulation, of which no hook of its own tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch

from loopspec.scenario import EarlyStopping as Wanted
from loopspec.scenario import Scenario
from loopspec.subjects.foreign.base import (
    Control,
    ForeignDriver,
    ForeignSubject,
    Run,
    Tell,
    linked,
)
from loopspec.subjects.foreign.tiny import LossModel, batches, loss_of, validation
from loopspec.vocabulary import Capability, Event


class _Control(Control):
    should_training_stop = linked(
        lambda trainer: trainer.should_stop, lambda trainer: setattr(trainer, "should_stop", True)
    )


class _Module(pl.LightningModule):
    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self.model = LossModel(scenario)
        self.run: Run | None = None

    def on_train_batch_start(self, batch: Any, batch_index: int) -> int | None:
        return -1 if self.run and self.run.control.should_epoch_stop else None

    def training_step(self, batch: Any, batch_index: int) -> torch.Tensor:
        return loss_of(self.model(batch[0]), batch[1])

    def validation_step(self, batch: Any, batch_index: int) -> None:
        self.log("val_loss", loss_of(self.model(batch[0]), batch[1]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.125)


class _Told(pl.Callback):
    def __init__(self, tell: Tell) -> None:
        self.tell = tell

    def on_train_start(self, trainer: pl.Trainer, module: Any) -> None:
        self.tell(Event.TRAIN_BEGIN)

    def on_train_epoch_start(self, trainer: pl.Trainer, module: Any) -> None:
        self.tell(Event.EPOCH_BEGIN)

    def on_train_batch_start(self, trainer: pl.Trainer, module: Any, *batch: Any) -> None:
        self.tell(Event.STEP_BEGIN)

    def on_train_batch_end(self, trainer: pl.Trainer, module: Any, *batch: Any) -> None:
        self.tell(Event.STEP_END)

    def on_validation_batch_end(self, trainer: pl.Trainer, module: Any, *batch: Any) -> None:
        self.tell(Event.PREDICTION_STEP)

    def on_validation_end(self, trainer: pl.Trainer, module: Any) -> None:
        self.tell(Event.EVALUATE, metrics={"eval_loss": trainer.callback_metrics.get("val_loss")})

    def on_train_epoch_end(self, trainer: pl.Trainer, module: Any) -> None:
        self.tell(Event.EPOCH_END)

    def on_train_end(self, trainer: pl.Trainer, module: Any) -> None:
        self.tell(Event.TRAIN_END)


class LightningSubject(ForeignSubject):
    name = "lightning"
    distribution = "pytorch-lightning"
    capabilities = ForeignSubject.capabilities | {Capability.EPOCH_STOP}
    adapted = {"should_epoch_stop": "Lightning asks the module before each batch instead."}

    check_finite = True
    """Whether its early stopping stops at once where the metric is not finite, as by default."""

    def assemble(self, scenario: Scenario, callbacks: Sequence[Any], folder: Path) -> ForeignDriver:
        module = _Module(scenario)
        run = module.run = Run(scenario, module.model, lambda: trainer.global_step)
        own = run.hooked(
            callbacks, _Told, lambda wanted: _early_stopping(wanted, self.check_finite)
        )
        trainer = pl.Trainer(
            max_epochs=int(scenario.num_train_epochs),
            callbacks=own,
            accelerator="cpu",
            default_root_dir=str(folder),
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
        )
        run.control = _Control(trainer)
        return ForeignDriver(
            run,
            lambda: trainer.fit(module, batches(scenario.train_batches), validation(scenario)),
            lambda: trainer.validate(module, batches(scenario.eval_batches), verbose=False),
        )


def _early_stopping(wanted: Wanted, check_finite: bool) -> pl.callbacks.EarlyStopping:
    return pl.callbacks.EarlyStopping(
        "val_loss",
        min_delta=wanted.threshold,
        patience=wanted.patience,
        check_finite=check_finite,
    )
