"""The folders of checkpoints: names, writing, finding, deleting.

A checkpoint appears under its final name only when it is complete. Everything in it can be loaded
without running code from the file, except `training_args.bin`, a record that is never loaded.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from .state import TrainerState

WEIGHTS_NAME = "pytorch_model.bin"
OPTIMIZER_NAME = "optimizer.pt"
SCHEDULER_NAME = "scheduler.pt"
RNG_NAME = "rng_state.pth"
STATE_NAME = "trainer_state.json"
ARGS_NAME = "training_args.bin"
_NAME = re.compile(r"^checkpoint-(\d+)$")


def get_last_checkpoint(folder: str | Path) -> str | None:
    """The checkpoint with the highest step in `folder`, or None."""
    found = [path for path in Path(folder).iterdir() if path.is_dir() and _NAME.match(path.name)]
    return str(max(found, key=_step)) if found else None


def is_valid(folder: Path) -> bool:
    """Whether `folder` has what a run cannot be resumed without."""
    return all((folder / name).is_file() for name in (WEIGHTS_NAME, STATE_NAME))


def _step(path: Path) -> int:
    match = _NAME.match(path.name)
    return int(match.group(1)) if match else -1


def write_model(folder: Path, model: Any, processing_class: Any) -> None:
    """Write weights and tokenizer into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), folder / WEIGHTS_NAME)
    if hasattr(processing_class, "save_pretrained"):
        processing_class.save_pretrained(str(folder))


def write_atomically(final: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary folder beside `final`, then put it in that one's place."""
    temporary = final.with_name(f".{final.name}.new")
    replaced = final.with_name(f".{final.name}.old")
    for leftover in (temporary, replaced):
        shutil.rmtree(leftover, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        write(temporary)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    if final.exists():
        # A folder cannot be renamed onto one that is not empty.
        os.rename(final, replaced)
    os.rename(temporary, final)
    shutil.rmtree(replaced, ignore_errors=True)


def rotate(folder: Path, limit: int | None, newest: Path, best: str | None) -> None:
    """Delete the oldest checkpoints until `limit` are left; the newest and the best always stay."""
    if limit is None or limit <= 0:
        return
    found = [path for path in folder.iterdir() if path.is_dir() and _NAME.match(path.name)]
    # By age and not by step: a run started anew in an old folder must not delete its own.
    found.sort(key=lambda path: (path.stat().st_mtime_ns, _step(path)))
    protected = {newest} | ({Path(best)} if best else set())
    surplus = len(found) - max(limit, len(protected))
    for path in [path for path in found if path not in protected][: max(surplus, 0)]:
        shutil.rmtree(path, ignore_errors=True)


def keep_only_best(folder: Path, state: TrainerState, limit: int | None) -> None:
    """When training ends, a limit of one checkpoint means the best one, if there is one."""
    best = state.best_model_checkpoint
    if limit == 1 and best is not None:
        for path in folder.iterdir():
            if _NAME.match(path.name) and path.is_dir() and not path.samefile(best):
                shutil.rmtree(path, ignore_errors=True)
