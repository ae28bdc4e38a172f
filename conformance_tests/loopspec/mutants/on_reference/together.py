"""Variants that go wrong where several processes train together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

from tqdm.auto import tqdm

import loopspec_reference
from loopspec_reference import Trainer, distributed, evaluation
from loopspec_reference.agreement import Agreement
from loopspec_reference.control import FLAGS


class EachIsTheMainOne(Trainer):
    def is_world_process_zero(self) -> bool:
        return True  # the bug


class TellsTheWriterAlone(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        if not self.args.should_save:
            handler = self.callback_handler

            def on_save(args: Any, state: Any, control: Any) -> Any:
                return control

            handler.on_save = on_save  # type: ignore[method-assign]  # the bug


class _MainsFlags(Agreement):
    def reach(self, control: Any) -> None:
        flags = distributed.first_ones([getattr(control, flag) for flag in FLAGS])
        for flag, value in zip(FLAGS, flags, strict=True):
            setattr(control, flag, value)  # the bug


class FollowsTheMainProcess(Trainer):
    _agreed: Agreement | None = None

    @property
    def _agreement(self) -> Agreement | None:
        return self._agreed

    @_agreement.setter
    def _agreement(self, made: Agreement | None) -> None:
        self._agreed = None if made is None else _MainsFlags()


class WritesWithoutBeingWaitedFor(Trainer):
    def _save_checkpoint(self, after_epoch: bool) -> None:
        with mock.patch.object(distributed, "in_main", _in_main_alone):
            super()._save_checkpoint(after_epoch)


def _in_main_alone(action: Callable[[], Any]) -> Any:
    return action() if distributed.rank() == 0 else None  # the bug: the others go on meanwhile


class EvaluatesItsShare(Trainer):
    def _timed_loop(self, *args: Any, **keywords: Any) -> Any:
        with mock.patch.object(evaluation, "gathered", lambda parts, loader: parts):  # the bug
            return super()._timed_loop(*args, **keywords)


class _OneBelowTheOther(loopspec_reference.ProgressCallback):
    def on_train_begin(self, args: Any, state: Any, control: Any, **keywords: Any) -> None:
        super().on_train_begin(args, state, control, **keywords)
        if self.training_bar is None and distributed.world_size() > 1:  # the bug
            self.training_bar = tqdm(total=state.max_steps, position=distributed.rank())


class BarForEachProcess(Trainer):
    def add_callback(self, callback: Any) -> None:
        if callback is loopspec_reference.ProgressCallback:
            callback = _OneBelowTheOther
        super().add_callback(callback)


class LogsItsOwnLoss(Trainer):
    def _mean_loss(self) -> float:
        return float(self._loss)  # the bug
