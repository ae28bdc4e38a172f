"""Driving a trainer shaped like transformers' `Trainer`, and looking at what it wrote."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from loopspec.scenario import Scripted
from loopspec.subjects.base import Driver
from loopspec.subjects.crashes import damage_newest, weights
from loopspec.subjects.hub import Hub
from loopspec.subjects.screen import Screen, display_word
from loopspec.subjects.trackers import trackers_of, written
from loopspec.values import flags_of, history, values


class HFDriver(Driver):
    """Drives a trainer by the methods that transformers' `Trainer` has."""

    def __init__(
        self,
        trainer: Any,
        prediction_set: Any,
        folder: Path,
        hub: Hub,
        watch: bool = False,
        killed: bool = False,
    ) -> None:
        self.trainer, self._prediction_set, self._folder = trainer, prediction_set, folder
        self._hub = hub
        self._watch, self._watching = watch, False
        self._killed = killed
        self._screen = Screen()
        self._gave: dict[str, Any] | None = None
        self.tracks = False

    def train(self) -> None:
        self._train()

    def resume(self, step: int) -> None:
        self._train(resume_from_checkpoint=str(self._folder / f"checkpoint-{step}"))

    def resume_newest(self) -> None:
        self._train(resume_from_checkpoint=True)

    def damage(self, part: str, *, gone: bool) -> None:
        damage_newest(self._folder, part, gone)

    def when_asked(self, part: str, do: Callable[[], None]) -> None:
        # accelerate wraps the optimizer.
        optimizer = getattr(self.trainer.optimizer, "optimizer", self.trainer.optimizer)
        asked = self.trainer.model if part == "weights" else optimizer
        asked.register_state_dict_pre_hook(lambda *given, **keywords: do())

    def _train(self, **how: Any) -> None:
        with self._shown():
            output = self.trainer.train(**how)
        metrics = getattr(output, "metrics", None)
        self._gave = values(metrics) if isinstance(metrics, Mapping) else None

    def evaluate(self) -> None:
        with self._shown():
            self.trainer.evaluate()

    def predict(self) -> None:
        with self._shown():
            self.trainer.predict(self._prediction_set)

    def save_model(self) -> None:
        with quiet():
            self.trainer.save_model(str(self._folder / "model"))

    def save_state(self) -> None:
        with quiet():
            self.trainer.save_state()

    def push(self) -> None:
        with self._shown(), self._hub.standing_in(self.trainer):
            self.trainer.push_to_hub()

    @contextlib.contextmanager
    def _shown(self) -> Iterator[None]:
        """On a fresh screen if somebody looks, else nowhere. What a callback asks for meanwhile is
        shown where the rest is."""
        if self._watching:
            yield
            return
        with quiet():
            if not self._watch:
                yield
                return
            self._screen, self._gave, self._watching = Screen(), None, True
            try:
                with self._screen.watching():
                    yield
            finally:
                self._watching = False

    def log(self, logs: dict[str, Any]) -> None:
        self.trainer.log(logs)

    def add(self, callback: object) -> None:
        with quiet():
            self.trainer.add_callback(callback)

    def remove(self, callback: object) -> None:
        self.trainer.remove_callback(callback)

    def pop(self, callback: object) -> object:
        return self.trainer.pop_callback(callback)

    def remove_flow(self) -> None:
        # By its name, which is the same in every trainer of this shape.
        for present in list(self.trainer.callback_handler.callbacks):
            if any(base.__name__ == "DefaultFlowCallback" for base in type(present).__mro__):
                self.trainer.remove_callback(present)

    def demote(self) -> None:
        state = self.trainer.state
        state.is_local_process_zero = state.is_world_process_zero = False

    def hide(self) -> None:
        self._screen, self._gave = Screen(), None
        self.trainer.remove_callback(type(find_display(self.trainer)))

    def look(self) -> dict[str, object]:
        return {name: getattr(self.trainer, name) for name in ("model", "args", "state")}

    def held(self) -> dict[str, Any]:
        state, control = self.trainer.state, self.trainer.control
        held = {"step": state.global_step, "history": history(state.log_history)}
        held["flags"] = flags_of(control)
        if self._killed:
            held["seen"] = {"weights": weights(self.trainer.model)}
        if self._watch:
            order = list(_order(self.trainer))
            held["seen"] = {"order": order, **self._screen.seen(), "gave": self._gave}
            self._screen, self._gave = Screen(), None  # what the next call shows is its own
        if self.tracks:
            with quiet():
                trackers = trackers_of(self.trainer.callback_handler.callbacks)
                seen = {"trackers": trackers, **written(self._folder)}
            held["seen"] = {**held.get("seen", {}), **seen}
        return held

    def close(self) -> None:
        # A writer that an exception left open goes on writing, in a thread of its own.
        for callback in self.trainer.callback_handler.callbacks:
            writer = getattr(callback, "tb_writer", None)
            if writer is not None:
                with quiet(), contextlib.suppress(Exception):  # it says nothing of the trainer
                    writer.close()


def find_display(trainer: Any) -> Any:
    """The callback that shows progress, None if there is none."""
    return next((c for c in trainer.callback_handler.callbacks if display_word(c)), None)


def _order(trainer: Any) -> Iterator[str]:
    """The callbacks of the scenario and the displays by name, in the order of registration."""
    for callback in trainer.callback_handler.callbacks:
        part = getattr(callback, "part", None)
        name = part.name if isinstance(part, Scripted) else display_word(callback)
        if name is not None:
            yield name


def complete_checkpoints(folder: Path) -> list[int]:
    """The steps of the checkpoints that hold a state, weights and an optimizer."""
    found = []
    for name in os.listdir(folder):
        if name.startswith("checkpoint-"):
            inside = folder / name
            if _is_complete(str(inside), os.stat(inside).st_mtime_ns):
                found.append(int(name.rpartition("-")[2]))
    return sorted(found)


def checkpoint_files(folder: Path) -> list[str]:
    """The files of all checkpoints, by name. The state of random numbers is each process's own."""
    inside = (path for path in folder.glob("checkpoint-*/**/*") if path.is_file())
    return sorted({path.name for path in inside if not path.name.startswith("rng_state")})


@functools.lru_cache(maxsize=64)
def _is_complete(path: str, changed: int) -> bool:
    """Looked up once for each change of a folder, as it is asked at every save."""
    # Weights may lie in a folder of their own, one for each part of a model.
    names = [name for _, _, found in os.walk(path) for name in found]
    weights = any(name.endswith((".safetensors", ".bin")) for name in names)
    return "trainer_state.json" in names and weights and any("optimizer" in name for name in names)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Training prints, warns and logs; a suite that runs a hundred trainings must not."""
    with (
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        previous = logging.root.manager.disable
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(previous)
