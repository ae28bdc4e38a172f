"""What a trainer's constructor is likely to want, told by the names of its parameters."""

from __future__ import annotations

import inspect
from typing import NamedTuple

from loopspec.targets import is_trainer_class
from loopspec.vocabulary import Capability

_TRAIN = "DataLoader(TinyData(scenario.train_batches), batch_size=1)"
_EVAL = "DataLoader(TinyData(scenario.eval_batches), batch_size=1)"
EPOCHS = "math.ceil(scenario.num_train_epochs)"
STEPS = "scenario.max_steps"
_CALLBACKS = 'recorder.registered("instance", "class")'

_BY_NAME = {
    "model": "TinyModel()",
    "callbacks": _CALLBACKS,
    **dict.fromkeys(("train_dataset", "dataset"), "TinyData(scenario.train_batches)"),
    "eval_dataset": "TinyData(scenario.eval_batches)",
    **dict.fromkeys(("data", "loader", "dataloader", "train_loader", "train_dataloader"), _TRAIN),
    **dict.fromkeys(("eval_loader", "eval_dataloader", "val_loader", "valid_loader"), _EVAL),
    **dict.fromkeys(("epochs", "num_epochs", "max_epochs", "n_epochs"), EPOCHS),
    "num_train_epochs": "scenario.num_train_epochs",
    "max_steps": STEPS,
    **dict.fromkeys(
        ("accumulation", "accumulation_steps", "gradient_accumulation_steps"),
        "scenario.gradient_accumulation_steps",
    ),
    **dict.fromkeys(("output_dir", "folder", "checkpoint_dir", "save_dir"), "str(folder)"),
    **dict.fromkeys(("batch_size", "per_device_train_batch_size"), "1"),
}
UNKNOWN = "..."

_TRAINS = ("train", "fit", "run")
_METHODS = {
    "evaluate": Capability.EVALUATION,
    "predict": Capability.PREDICTION,
    "add_callback": Capability.REGISTRATION,
}


class Shape(NamedTuple):
    """What was seen of a trainer class.

    `arguments` are the constructor's by name, with the code that is likely to be right, or
    `UNKNOWN`; `trains` is the method that trains, empty if none looks like it; `has` are the
    capabilities that its methods speak of.
    """

    arguments: dict[str, str]
    trains: str
    has: list[Capability]


def like_hf(trainer: type) -> bool:
    """Whether the class takes what transformers' `Trainer` takes, and is driven alike."""
    wanted = {"model", "args", "train_dataset", "callbacks"}
    takes = wanted <= inspect.signature(trainer).parameters.keys()
    home = any(base.__module__.startswith("transformers.trainer") for base in trainer.__mro__)
    return is_trainer_class(trainer) and (takes or home)


def shape_of(trainer: type) -> Shape:
    """Look at a class. A parameter with a default that nothing is known of is left out."""
    arguments = {}
    for name, parameter in inspect.signature(trainer).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if name in _BY_NAME or parameter.default is parameter.empty:
            arguments[name] = _BY_NAME.get(name, UNKNOWN)
    trains = next((name for name in _TRAINS if callable(getattr(trainer, name, None))), "")
    has = [what for name, what in _METHODS.items() if callable(getattr(trainer, name, None))]
    return Shape(arguments, trains, has)
