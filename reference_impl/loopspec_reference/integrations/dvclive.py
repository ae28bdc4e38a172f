"""DVCLive: files beside the code, and an experiment of DVC in a Git repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..checkpoint import write_model
from .base import TrackerCallback
from .environment import is_on
from .values import parameters

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..state import TrainerState as State


def path_of(name: str) -> str:
    """The name as DVCLive groups it, below its folder: `eval/loss`, `train/loss`, `loss`."""
    for prefix in ("train", "eval", "test"):
        if name.startswith(f"{prefix}_"):
            name = f"{prefix}/{name.removeprefix(f'{prefix}_')}"
    parts = ("_" if part in (".", "..") else part for part in name.split("/") if part)
    return "/".join(parts) or "_"


class DVCLiveCallback(TrackerCallback):
    """Writes numbers against the trainer's steps, texts to the summary, arguments as parameters.

    `live` is an instance to use, left open; else one is made from the keyword arguments that
    `dvclive.Live` has, and ended. In a Git repository DVCLive sets DVC up there and saves an
    experiment at the end, unless it is made with `save_dvc_exp=False`. What is logged after the
    end goes to the same experiment.

    `log_model` needs a repository of DVC: with "all" the whole output folder is kept at each
    checkpoint, with True the model at the end of training, as "best" if the best one was loaded
    then, else as "last". By default `HF_DVCLIVE_LOG_MODEL` says it.
    """

    name = "dvclive"
    packages = ("dvclive", "dvc")
    rename = staticmethod(path_of)

    def __init__(
        self,
        live: Any = None,
        log_model: Literal["all"] | bool | None = None,
        *,
        on_error: Literal["warn", "raise"] = "warn",
        timeout: float | None = None,
        **live_options: Any,
    ) -> None:
        super().__init__(on_error=on_error, timeout=timeout)
        if live is not None and live_options:
            raise TypeError(f"live is given: {', '.join(live_options)} would make another one")
        self.given = self.live = live
        self._live_options = live_options
        self._log_model = _wanted() if log_model is None else log_model

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Open an instance, and write the parameters."""
        if self.live is None:
            from dvclive import Live

            self.live = Live(**self._live_options)
        self.live.log_params(parameters(args, model))

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Write a row for each number, and the files that show the last ones."""
        self.live.step = step
        for name, value in values.items():
            self.live.log_metric(name, value)
        for name, text in texts.items():
            self.live.log_metric(name, text, plot=False)
        self.live.sync()

    def save(self, checkpoint: Path, args: Args, state: State) -> None:
        """Keep the output folder, if that is wanted."""
        if self._log_model == "all":
            self.live.log_artifact(args.output_dir)

    def finish(self, args: Args, state: State, model: Any, processing_class: Any) -> None:
        """Keep the model, if that is wanted."""
        if self._log_model is True:
            name = "best" if args.load_best_model_at_end else "last"
            folder = Path(args.output_dir or ".") / name
            write_model(folder, model, processing_class)
            self.live.log_artifact(str(folder), name=name, type="model", copy=True)

    def close(self, failed: bool) -> None:
        """End an instance of its own. It can be written to, and ended, again."""
        if self.given is None and self.live is not None:
            self.live.end()


def _wanted() -> Literal["all"] | bool:
    if os.environ.get("HF_DVCLIVE_LOG_MODEL", "").lower() == "all":
        return "all"
    return is_on("HF_DVCLIVE_LOG_MODEL")
