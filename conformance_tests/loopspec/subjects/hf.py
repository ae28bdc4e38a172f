"""The adapter for everything shaped like transformers' `Trainer`: same constructor, same methods.

`HFSubject(MyTrainer)` is all that a plain subclass needs. A derivative that builds something else
overrides the method that builds it.
"""

from __future__ import annotations

import importlib
import inspect
import os
import random
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from loopspec.known import bundled_known
from loopspec.recorder import Recorder
from loopspec.scenario import Scenario
from loopspec.subjects.base import Driver, Subject
from loopspec.subjects.hf_driver import (
    HFDriver,
    checkpoint_files,
    complete_checkpoints,
    find_display,
    quiet,
)
from loopspec.subjects.hub import Hub
from loopspec.subjects.meeting import Meeting
from loopspec.subjects.trackers import lacking
from loopspec.vocabulary import Capability, Event

_SIZES = {"per_device_train_batch_size": 1, "per_device_eval_batch_size": 1}
_RENAMED = {"eval_strategy": "evaluation_strategy", "use_cpu": "no_cuda"}
"""Arguments by the names that old versions know."""


class HFSubject(Subject):
    """A trainer shaped like transformers' `Trainer`.

    Args:
        trainer_class: the class under test; transformers' own `Trainer` if left out.
        name: what the report calls it; `module:Class` if left out.
        arguments_class: its `TrainingArguments`; transformers' if left out.
        early_stopping_class: its `EarlyStoppingCallback`; transformers' if left out.
        callback_base: its `TrainerCallback`; transformers' if left out.
        exportable_base: its `ExportableState`; transformers' if left out.
        capabilities: what the trainer has; if left out, everything that its version offers.
        arguments: arguments that this trainer needs besides, passed as they are.
    """

    def __init__(
        self,
        trainer_class: type | None = None,
        *,
        name: str | None = None,
        arguments_class: type | None = None,
        early_stopping_class: type | None = None,
        callback_base: type | None = None,
        exportable_base: type | None = None,
        capabilities: frozenset[Capability] | None = None,
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        self.trainer_class = trainer_class or _transformers().Trainer
        self.name = name or f"{self.trainer_class.__module__}:{self.trainer_class.__qualname__}"
        self._arguments_class = arguments_class
        self._early_stopping_class = early_stopping_class
        self._callback_base = callback_base
        self._exportable_base = exportable_base
        self.capabilities = self._detected() if capabilities is None else capabilities
        self._arguments = dict(arguments or {})
        self._inherit()

    def _inherit(self) -> None:
        """What is shipped for a trainer of this name; else a trainer with transformers' loop has
        what transformers is known to do."""
        self.known_deviations = bundled_known(self.name)
        if self.known_deviations is not None:
            return
        home = getattr(sys.modules.get("transformers"), "Trainer", None)
        if home is not None and issubclass(self.trainer_class, home):
            self.known_deviations = bundled_known("transformers")
            self.inherits_deviations = self.trainer_class is not home

    def _detected(self) -> frozenset[Capability]:
        """Everything, less what an old version of transformers does not know."""
        absent = set()
        if not hasattr(self.callback_base, Event.PRE_OPTIMIZER_STEP):
            absent.add(Capability.OPTIMIZER_EVENTS)
        if not hasattr(self.callback_base, Event.PUSH_BEGIN) or not hasattr(
            self.trainer_class, "push_to_hub"
        ):
            absent.add(Capability.PUSHING)
        made = self._arguments_class or _transformers().TrainingArguments
        if "eval_on_start" not in inspect.signature(made).parameters:
            absent.add(Capability.EVAL_ON_START)
        if self._arguments_class is None and not hasattr(
            _transformers().trainer_utils, "SaveStrategy"
        ):
            absent.add(Capability.SAVE_BEST)
        if (
            self._arguments_class is None
            and not inspect.signature(_transformers().trainer_callback.ProgressCallback).parameters
        ):
            absent.add(Capability.STRING_LIMIT)
        if self.exportable_base is None:
            absent.add(Capability.CALLBACK_STATES)
        if find_spec("tensorboard") is None:
            absent.add(Capability.TENSORBOARD)  # it is needed to read back what was written
        if not self._joins_processes():
            absent.add(Capability.PROCESSES)
        return frozenset(Capability) - absent

    def _joins_processes(self) -> bool:
        """Whether it joins the processes that torchrun starts: where the loop is transformers' or
        the reference's. The owner of another loop has to say so."""
        known = ("transformers", "loopspec_reference")
        bases = (base.__module__.partition(".")[0] for base in self.trainer_class.__mro__)
        return any(base in known for base in bases) and _has_gloo()

    @property
    def package(self) -> str:
        return str(self.trainer_class.__module__).partition(".")[0]

    @property
    def version(self) -> str:
        return package_version(self.package)

    @property
    def packages(self) -> Mapping[str, str]:
        names = (
            ("torch", "transformers", "accelerate") if self._arguments_class is None else ("torch",)
        )
        return {name: package_version(name) for name in names}

    @property
    def callback_base(self) -> type:
        return self._callback_base or _transformers().TrainerCallback

    @property
    def exportable_base(self) -> type | None:
        if self._callback_base is not None:
            return self._exportable_base
        return getattr(_transformers().trainer_callback, "ExportableState", None)

    # What a derivative may build otherwise -------------------------------------------------------

    def make_model(self, scenario: Scenario) -> Any:
        from loopspec.subjects.tiny_torch import Learner, OneOfSeveral, TinyModel

        if scenario.in_turn:
            return Learner()
        return OneOfSeveral(_rank(scenario)) if scenario.world > 1 else TinyModel()

    def make_dataset(self, scenario: Scenario, batches: int) -> Any:
        """A data set that gives each process `batches` batches of one sample."""
        from loopspec.subjects.tiny_torch import TinyData

        return TinyData(batches * scenario.world)

    def make_arguments(self, scenario: Scenario, folder: Path) -> Any:
        wanted: dict[str, Any] = {
            "output_dir": str(folder),
            "report_to": report_to(scenario),
            "disable_tqdm": scenario.display != "progress",
            "use_cpu": True,
            "learning_rate": 0.125,
            "seed": 0,
            **_SIZES,
            **scenario.arguments(),
            **self._arguments,
        }
        if wanted["report_to"] == "default":
            del wanted["report_to"]
        made = self._arguments_class or _transformers().TrainingArguments
        known = inspect.signature(made).parameters
        named = {
            _RENAMED.get(name, name) if name not in known else name: value
            for name, value in wanted.items()
        }
        return made(
            **{
                name: value
                for name, value in named.items()
                if name in known or value not in (None, False)
            }
        )

    def make_early_stopping(self, scenario: Scenario) -> Any:
        assert scenario.early_stopping is not None
        made = self._early_stopping_class or _transformers().EarlyStoppingCallback
        wanted = scenario.early_stopping
        return made(
            early_stopping_patience=wanted.patience, early_stopping_threshold=wanted.threshold
        )

    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        """What the trainer is built with, by the names of its constructor."""
        from loopspec.subjects.tiny_torch import scripted_metrics

        names = scenario.eval_sets
        sets = [self.make_dataset(scenario, scenario.eval_batches) for _ in names or ("",)]
        return {
            "model": self.make_model(scenario),
            "args": self.make_arguments(scenario, folder),
            "train_dataset": self.make_dataset(scenario, scenario.train_batches),
            "eval_dataset": None
            if not scenario.eval_batches
            else dict(zip(names, sets, strict=True))
            if names
            else sets[0],
            "compute_metrics": scripted_metrics(scenario),
            "callbacks": callbacks,
        }

    def make_trainer(self, scenario: Scenario, callbacks: list[Any], folder: Path) -> Any:
        return self.trainer_class(**self.make_keywords(scenario, callbacks, folder))

    # ---------------------------------------------------------------------------------------------

    def build(self, scenario: Scenario, recorder: Recorder, folder: Path) -> Driver:
        from loopspec.subjects.tiny_torch import Watch

        _seed()
        self._watch, self._folder, self._hub = Watch(), folder, Hub()
        self._scenario = scenario
        self._meeting = Meeting(scenario, _rank(scenario), folder.parent)
        with quiet(), lacking(scenario.lacks, folder):
            trainer = self.make_trainer(scenario, self._callbacks(scenario, recorder), folder)
            if scenario.max_str_len is not None:
                _show_strings(trainer, scenario.max_str_len)
        if hasattr(trainer.model, "before_writing"):
            trainer.model.before_writing = self._meeting.before_writing
        predicted = self.make_dataset(scenario, scenario.eval_batches)
        shown, killed = bool(scenario.display), scenario.in_turn
        driver = HFDriver(trainer, predicted, folder, self._hub, shown, killed)
        driver.tracks = scenario.tracks
        return driver

    def _callbacks(self, scenario: Scenario, recorder: Recorder) -> list[Any]:
        callbacks = [
            type(callback) if callback.part.given == "class" else callback
            for callback in recorder.registered("instance", "class")
        ]
        if scenario.early_stopping:
            callbacks.insert(1, self.make_early_stopping(scenario))  # after the one that watches
        return callbacks

    def observe(self, event: Event, keywords: Mapping[str, Any]) -> dict[str, Any]:
        model: Any = keywords.get("model")
        seen = self._watch.look(model) if hasattr(model, "parameters") else {}
        if event is Event.SAVE or (event is Event.INIT_END and self._scenario.in_turn):
            seen["checkpoints"] = complete_checkpoints(self._folder)
        if self._scenario.world > 1:
            seen |= self._seen_of_several(event, model)
        if event is Event.PUSH_BEGIN:
            seen["uploads"] = self._hub.uploads
        return seen

    def _seen_of_several(self, event: Event, model: Any) -> dict[str, Any]:
        """What one of several processes sees besides: the loss that it had last, by itself; what of
        a checkpoint there is in a folder of its own."""
        self._meeting.at(event)
        seen: dict[str, Any] = {}
        if event in (Event.LOG, Event.EVALUATE) and getattr(model, "own", None) is not None:
            seen["own"] = model.own
        if event is Event.SAVE and self._scenario.apart:
            seen["files"] = checkpoint_files(self._folder)
        return seen


def _rank(scenario: Scenario) -> int:
    """Which process this is, as torchrun says it, if several play."""
    return int(os.environ["RANK"]) if scenario.world > 1 else 0


def _show_strings(trainer: Any, longest: int) -> None:
    """Replace the display by one of its class that shows strings of this length."""
    made = type(find_display(trainer))
    trainer.remove_callback(made)
    trainer.add_callback(made(max_str_len=longest))


def report_to(scenario: Scenario) -> list[str] | str | None:
    """The argument `report_to` of a scenario."""
    if scenario.tracks:
        os.environ.pop("TENSORBOARD_LOGGING_DIR", None)  # it would lead out of the folder
    to = scenario.report_to
    if to == "null":
        return None
    return to if isinstance(to, str) else list(to)


def _has_gloo() -> bool:
    """Whether torch can do without GPUs what processes do together."""
    import torch.distributed

    there = torch.distributed.is_available() and torch.distributed.is_gloo_available()
    return bool(there)


def _transformers() -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    return importlib.import_module("transformers")


def package_version(package: str) -> str:
    """The version of a package that can be imported, `unknown` if there is none."""
    try:
        return str(importlib.import_module(package).__version__)
    except (ImportError, AttributeError):
        return "unknown"


def _seed() -> None:
    import torch

    random.seed(0)
    torch.manual_seed(0)
    torch.set_num_threads(1)
