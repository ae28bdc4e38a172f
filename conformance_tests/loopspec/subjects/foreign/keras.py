"""Keras 3, on its torch backend.

What the translation decides: it counts the steps, as Keras counts them anew in each epoch, and the
optimizer over its whole life. `should_training_stop` is `model.stop_training`. The logs of
`on_test_end` are handed on as metrics, with `eval_` before their names.
What it leaves out: an epoch cannot be ended without ending the run; gradient accumulation is a
matter of the optimizer, of which no hook tells.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras  # it looks for its backend when it is imported

from loopspec.scenario import EarlyStopping as Wanted
from loopspec.scenario import Scenario
from loopspec.subjects.foreign.base import ForeignDriver, ForeignSubject, Run
from loopspec.subjects.foreign.keras_hooks import KerasHooks, StopControl
from loopspec.subjects.foreign.tiny import LossModel, batches, validation
from loopspec.vocabulary import Event


class _Model(keras.Model):
    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self.inner = keras.layers.TorchModuleWrapper(LossModel(scenario))

    def call(self, x: Any, training: bool | None = None) -> Any:
        return self.inner(x, training=training)


class _Told(KerasHooks, keras.callbacks.Callback):
    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self.tell(Event.PREDICTION_STEP)

    def on_test_end(self, logs: Any = None) -> None:
        metrics = {f"eval_{name}": value for name, value in (logs or {}).items()}
        self.tell(Event.EVALUATE, metrics=metrics)


class KerasSubject(ForeignSubject):
    name = "keras"
    distribution = "keras"
    adapted = {"global_step": "Keras counts the steps of an epoch; the adapter those of the run."}

    def assemble(self, scenario: Scenario, callbacks: Sequence[Any], folder: Path) -> ForeignDriver:
        keras.utils.set_random_seed(0)
        model = _Model(scenario)
        model.compile(optimizer="sgd", loss=lambda target, output: output)
        model.build((1, 1))
        run = Run(scenario, model.inner.module)
        run.control = StopControl(model)
        own = run.hooked(callbacks, _Told, _early_stopping)
        return ForeignDriver(
            run,
            lambda: model.fit(
                batches(scenario.train_batches),
                epochs=int(scenario.num_train_epochs),
                validation_data=validation(scenario),
                callbacks=own,
                verbose=0,
            ),
            lambda: model.evaluate(batches(scenario.eval_batches), callbacks=own, verbose=0),
        )


def _early_stopping(wanted: Wanted) -> Any:
    return keras.callbacks.EarlyStopping(
        "val_loss",
        min_delta=wanted.threshold,
        patience=wanted.patience,
    )
