"""What is done to the newest checkpoint of a run that died, and what is compared of its weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MOST = 8
"""Parameters of which the numbers go into a trace."""


def damage_newest(folder: Path, part: str, gone: bool) -> None:
    """Cut the files that hold a part of the newest checkpoint to half their length, or delete them.

    A folder of a checkpoint is called `checkpoint-STEP`.
    """
    found = [path for path in folder.glob("checkpoint-*") if path.is_dir()]
    if not found:
        return  # the trainer is told to resume from nothing, which it has to refuse too
    newest = max(found, key=lambda path: int(path.name.rpartition("-")[2]))
    for path in _files(newest, part):
        if gone:
            path.unlink()
        else:
            content = path.read_bytes()
            path.write_bytes(content[: len(content) // 2])


def _files(checkpoint: Path, part: str) -> Iterator[Path]:
    """The files of a checkpoint that hold its `weights`, its `optimizer` or its `state`."""
    for path in checkpoint.rglob("*"):
        holds = {
            "weights": path.suffix in (".safetensors", ".bin") and "args" not in path.name,
            "optimizer": "optimizer" in path.name,
            "state": path.name == "trainer_state.json",
        }
        if path.is_file() and holds[part]:
            yield path


def weights(model: Any) -> list[float]:
    """A number for each of the first parameters that are trained, the sum of all in it."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return [parameter.detach().double().sum().item() for parameter in trained[:_MOST]]
