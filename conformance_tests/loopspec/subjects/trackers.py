"""Looking at the trackers of a trainer shaped like transformers', and at what they wrote."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from loopspec.values import values

_NAMES = ("mlflow", "neptune", "tensorboard", "wandb", "codecarbon", "clearml", "dagshub", "flyte")
_NAMED: dict[str, str] = {
    "azureml": "azure_ml",
    "comet": "comet_ml",
    **{name: name for name in (*_NAMES, "dvclive", "swanlab", "trackio")},
}
"""The names in `report_to` by the name of the class without `Callback`."""

_PACKAGES = ("tensorboard", "tensorboardX", "torch.utils.tensorboard")


def trackers_of(callbacks: Iterable[object]) -> list[str]:
    """The trackers among these callbacks, by their names in `report_to`."""
    names = [type(one).__name__.removesuffix("Callback").lower() for one in callbacks]
    return [_NAMED[name] for name in names if name in _NAMED]


@contextmanager
def lacking(what: str, folder: Path) -> Iterator[None]:
    """TensorBoard's package cannot be found meanwhile (`package`), or the folder that event files
    go to cannot be made from now on (`room`)."""
    if what == "room":
        (folder / "runs").write_text("a file that is in the way", "utf-8")
    names = _PACKAGES if what == "package" else ()
    there = {name: sys.modules[name] for name in names if name in sys.modules}
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]  # None: nobody can import it
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
        sys.modules.update(there)


def written(folder: Path) -> dict[str, Any]:
    """What TensorBoard's event files below a folder hold.

    `tracked` is a sorted list of tag, step and value; a value that measures time is None.
    `parameters` tells whether the arguments were written.
    """
    homes = sorted({path.parent for path in folder.rglob("events.out.tfevents*")})
    if not homes:
        return {"tracked": [], "parameters": False}
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found: list[list[Any]] = []
    parameters = False
    for home in homes:
        board = EventAccumulator(str(home), size_guidance={"scalars": 0, "tensors": 0}).Reload()
        tags = board.Tags()
        parameters |= "args/text_summary" in tags["tensors"]
        for tag in tags["scalars"]:
            # As it was logged: timing values go by their names.
            name = tag.removeprefix("train/").replace("/", "_")
            for event in board.Scalars(tag):
                held = values({name: event.value}) or {}
                found += [[tag, event.step, value] for value in held.values()]
    found.sort(key=lambda one: (one[0], one[1], str(one[2])))
    return {"tracked": found, "parameters": parameters}
