"""Variants that save at the wrong time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loopspec_reference import Trainer
from loopspec_reference.checkpoint import rotate
from loopspec_reference.exportable import export_all


class WritesWhileItTrains(Trainer):
    _waiting: bool | None = None

    def _save_checkpoint(self, after_epoch: bool) -> None:
        self._waiting = after_epoch  # the bug: on_save comes before the files

    def _flush(self) -> None:
        if self._waiting is not None:
            after_epoch, self._waiting = self._waiting, None
            super()._save_checkpoint(after_epoch)

    def training_step(self, *args: Any, **keywords: Any) -> Any:
        self._flush()
        return super().training_step(*args, **keywords)

    def _finish(self) -> Any:
        self._flush()
        return super()._finish()


class LimitDeletesTheBest(Trainer):
    def _save_checkpoint(self, after_epoch: bool) -> None:
        limit, self.args.save_total_limit = self.args.save_total_limit, None
        super()._save_checkpoint(after_epoch)
        self.args.save_total_limit = limit
        newest, best = self.output_dir / f"checkpoint-{self.state.global_step}", None  # the bug
        rotate(self.output_dir, limit, newest, best)


class NamesAnUnwrittenBest(Trainer):
    def _save_checkpoint(self, after_epoch: bool) -> None:
        super()._save_checkpoint(after_epoch)
        best = self.state.best_global_step
        if best is not None:  # the bug: this evaluation need not have been saved
            self.state.best_model_checkpoint = str(self.output_dir / f"checkpoint-{best}")


class StoresStatesOfTheBeginning(Trainer):
    def _write(self, folder: Path, position: dict[str, Any]) -> None:
        self.state.stateful_callbacks = self._at_the_beginning  # the bug
        super()._write(folder, position)

    def _prepare(self, *args: Any) -> Any:
        place = super()._prepare(*args)
        self._at_the_beginning = export_all(self._stateful())
        return place


class TellsOfSaveModel(Trainer):
    def save_model(self, output_dir: str | Path | None = None) -> None:
        super().save_model(output_dir)
        if Path(output_dir or self.output_dir).name.startswith("."):
            return  # a part of a checkpoint, which tells of itself
        self.control = self.callback_handler.on_save(self.args, self.state, self.control)  # the bug
