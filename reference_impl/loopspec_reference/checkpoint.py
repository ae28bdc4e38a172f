"""The folders of checkpoints: names, writing, finding, deleting.

A checkpoint appears under its final name only when it is complete, and has a manifest to tell. All
in it can be loaded without running code from the file, except `training_args.bin`, a record that is
never loaded.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from . import durable, manifest

if TYPE_CHECKING:
    from .state import TrainerState

WEIGHTS_NAME = "pytorch_model.bin"
OPTIMIZER_NAME = "optimizer.pt"
SCHEDULER_NAME = "scheduler.pt"
RNG_NAME = "rng_state.pth"
STATE_NAME = "trainer_state.json"
ARGS_NAME = "training_args.bin"
#: Written and read together, or not at all.
_OF_TRAINING = (OPTIMIZER_NAME, SCHEDULER_NAME, RNG_NAME)
_NAME = re.compile(r"^checkpoint-(\d+)$")


def get_last_checkpoint(folder: str | Path) -> str | None:
    """The checkpoint with the highest step in `folder`, or None."""
    found = _all(Path(folder))
    return str(max(found, key=_step)) if found else None


def newest_complete(folder: Path) -> tuple[Path | None, list[str]]:
    """The complete checkpoint with the highest step, if any, and the others above it, with why."""
    passed_over: list[str] = []
    found = _all(folder) if folder.is_dir() else []
    for path in sorted(found, key=_step, reverse=True):
        reason = fault(path)
        if reason is None:
            return path, passed_over
        passed_over.append(f"{path.name} ({reason})")
    return None, passed_over


def fault(folder: Path, contents: bool = True) -> str | None:
    """Why a run cannot be resumed from `folder`, in a few words; None if it can.

    `contents` reads all of it; without, only names and sizes are looked at. A checkpoint of another
    trainer has no manifest: it has to have weights and state, and files that are whole.
    """
    try:
        for name in (WEIGHTS_NAME, STATE_NAME):
            if not (folder / name).is_file():
                return f"{name} is missing"
        if (folder / manifest.NAME).is_file():
            return manifest.fault(folder, contents)
        return _fault_without_manifest(folder) if contents else None
    except OSError as error:
        return f"{error.strerror}: {error.filename}"


def _fault_without_manifest(folder: Path) -> str | None:
    try:
        json.loads((folder / STATE_NAME).read_text(encoding="utf-8"))
    except ValueError:
        return f"{STATE_NAME} is damaged"
    there = {name for name in _OF_TRAINING if (folder / name).is_file()}
    if there and there != set(_OF_TRAINING):
        return f"{min(set(_OF_TRAINING) - there)} is missing"
    return next((f"{n} is damaged" for n in (WEIGHTS_NAME, *there) if not _opens(folder / n)), None)


def _opens(path: Path) -> bool:
    """Whether an archive of torch is whole; each file in it has a checksum."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, EOFError):
        return False


def settle(folder: Path) -> None:
    """Put right what a dead run left aside of checkpoints in `folder`, if it is there."""
    for path in durable.left_aside(folder):
        if _NAME.match(path.name):
            durable.settle(path)


def _all(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() and _NAME.match(path.name)]


def _step(path: Path) -> int:
    match = _NAME.match(path.name)
    return int(match.group(1)) if match else -1


def dump(thing: Any, path: Path) -> None:
    """Write what torch can pickle; an error of the disk can be read from what is raised."""
    with path.open("wb") as file:
        torch.save(thing, file)


def write_model(folder: Path, model: Any, processing_class: Any) -> None:
    """Write weights and tokenizer into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    dump(model.state_dict(), folder / WEIGHTS_NAME)
    if hasattr(processing_class, "save_pretrained"):
        processing_class.save_pretrained(str(folder))


def write(final: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` write the files of a checkpoint, which is there when it is complete."""

    def fill_and_seal(folder: Path) -> None:
        fill(folder)
        manifest.write(folder)

    durable.replace(final, fill_and_seal)


def rotate(folder: Path, limit: int | None, newest: Path, best: str | None) -> None:
    """Delete the oldest checkpoints until `limit` are left; the newest and the best always stay."""
    if limit is None or limit <= 0:
        return
    # By age and not by step: a run started anew in an old folder must not delete its own.
    found = sorted(_all(folder), key=lambda path: (path.stat().st_mtime_ns, _step(path)))
    protected = {newest} | ({Path(best)} if best else set())
    surplus = len(found) - max(limit, len(protected))
    for path in [path for path in found if path not in protected][: max(surplus, 0)]:
        durable.remove(path)


def keep_only_best(folder: Path, state: TrainerState, limit: int | None) -> None:
    """When training ends, a limit of one checkpoint means the best one, if it is there."""
    best = state.best_model_checkpoint
    if limit == 1 and best is not None and fault(Path(best), contents=False) is None:
        for path in _all(folder):
            if not path.samefile(best):
                durable.remove(path)
