"""Frameworks whose dispatch is a loop over the callbacks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dispatch import Fire
from dispatch.making import callbacks

BATCH = 0


def torchtnt(number: int, kind: str) -> Fire:
    from torchtnt.framework._callback_handler import CallbackHandler
    from torchtnt.framework.callback import Callback
    from torchtnt.utils.timer import Timer

    def method(self: Any, state: Any, unit: Any) -> None:
        pass

    handler = CallbackHandler(callbacks(Callback, "on_train_step_end", method, number, kind))
    state = SimpleNamespace(timer=Timer())
    return lambda: handler.on_train_step_end(state, None)


def poutyne(number: int, kind: str) -> Fire:
    from poutyne import Callback
    from poutyne.framework.callbacks.callbacks import CallbackList

    def method(self: Any, batch_number: int, logs: Any) -> None:
        pass

    found = CallbackList(callbacks(Callback, "on_train_batch_end", method, number, kind))
    logs: dict[str, Any] = {}
    return lambda: found.on_train_batch_end(1, logs)


def skorch(number: int, kind: str) -> Fire:
    import torch
    from skorch import NeuralNet
    from skorch.callbacks import Callback

    def method(self: Any, net: Any, **keywords: Any) -> None:
        pass

    net = NeuralNet(
        torch.nn.Linear,
        torch.nn.MSELoss,
        module__in_features=1,
        module__out_features=1,
        verbose=0,
        callbacks="disable",
    ).initialize()
    made = callbacks(Callback, "on_batch_end", method, number, kind)
    net.callbacks_ = [(str(index), callback) for index, callback in enumerate(made)]
    net.history.new_epoch()
    net.history.new_batch()
    return lambda: net.notify("on_batch_end", batch=BATCH, training=True)


def pytorch_accelerated(number: int, kind: str) -> Fire:
    from pytorch_accelerated.callbacks import CallbackHandler, TrainerCallback

    def method(self: Any, trainer: Any, **keywords: Any) -> None:
        pass

    handler = CallbackHandler([])
    handler.callbacks = callbacks(TrainerCallback, "on_train_step_end", method, number, kind)
    trainer = object()
    return lambda: handler.call_event(
        "on_train_step_end", trainer, batch=BATCH, batch_output={}, batch_size=1
    )
