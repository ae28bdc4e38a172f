"""Variants that lose something when the process dies, or go on from something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from loopspec_reference import Trainer, checkpoint, durable


class SortsByName(Trainer):
    def _newest(self) -> Path:
        whole = [p for p in self.output_dir.glob("checkpoint-*") if checkpoint.fault(p) is None]
        if not whole:
            return super()._newest()
        return max(whole, key=lambda path: path.name)  # the bug: 9 after 10


class MakesRoomFirst(Trainer):
    def _write(self, folder: Path, position: dict[str, Any]) -> None:
        limit = self.args.save_total_limit
        there = sorted(self.output_dir.glob("checkpoint-*"), key=lambda p: p.stat().st_mtime_ns)
        old = [path for path in there if str(path) != self.state.best_model_checkpoint]
        for path in old[: len(there) + 1 - limit] if limit else ():
            durable.remove(path)  # the bug: there is no new one yet
        super()._write(folder, position)


class ForgetsRandomNumbers(Trainer):
    def _batches_from(self, here: Any, loader: Any) -> Iterator[Any]:
        here.rng = here.rng_epoch = None  # the bug
        return super()._batches_from(here, loader)


class ForgetsTheOptimizer(Trainer):
    def _read(self, folder: Path, name: str, device: Any = None) -> Any:
        if name == checkpoint.OPTIMIZER_NAME:
            return self.optimizer.state_dict()  # the bug
        return super()._read(folder, name, device)


def _in_place(final: Path, write: Callable[[Path], None]) -> None:
    final.mkdir(parents=True, exist_ok=True)
    write(final)


class GoesOnFromWhatIsThere(Trainer):
    def _save_checkpoint(self, after_epoch: bool) -> None:
        with mock.patch.object(durable, "replace", _in_place):  # the bug
            super()._save_checkpoint(after_epoch)

    def _newest(self) -> Path:
        newest = checkpoint.get_last_checkpoint(self.output_dir)
        return Path(newest) if newest else super()._newest()

    def _restore_state(self, source: Path) -> None:
        if (source / checkpoint.STATE_NAME).is_file():
            super()._restore_state(source)


class NeedsNoOptimizer(Trainer):
    def _newest(self) -> Path:
        newest = checkpoint.get_last_checkpoint(self.output_dir)  # the bug: it may lack a part
        return Path(newest) if newest else super()._newest()
