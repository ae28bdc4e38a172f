"""Neptune. Its service was shut down in March 2026: what is left is the offline mode."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .base import TrackerCallback
from .values import Parameter, parameters

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..control import TrainerControl as Control
    from ..state import TrainerState as State

_LARGEST = 2**31 - 1


class NeptuneCallback(TrackerCallback):
    """Logs numbers and texts as series, all of it below `base_namespace`.

    `api_token` and `project` are by default those of `NEPTUNE_API_TOKEN` and `NEPTUNE_PROJECT`.
    `name` names the run, else `run_name` does. `log_parameters`: whether arguments and the model's
    configuration are logged. `log_checkpoints`: "same" uploads each checkpoint as it is saved,
    "last" keeps the newest only, "best" the best, for which `load_best_model_at_end` is needed,
    None uploads none. A given `run` is continued and left open; all other arguments go to
    `neptune.init_run`. A run of its own is stopped: as failed if training raises. What is logged
    after the end goes to the same run.

    Offline the client notes where the files of a checkpoint are, and copies none of them. It notes
    no id either, so that a run cannot be opened again: it stays open until the program ends, with
    all that was logged on the disk. It skips NaN and infinities.
    """

    name = "neptune"
    packages = ("neptune",)

    def __init__(
        self,
        *,
        api_token: str | None = None,
        project: str | None = None,
        name: str | None = None,
        base_namespace: str = "finetuning",
        run: Any = None,
        log_parameters: bool = True,
        log_checkpoints: Literal["same", "last", "best"] | None = None,
        on_error: Literal["warn", "raise"] = "warn",
        timeout: float | None = None,
        upload_timeout: float | None = None,
        **neptune_run_kwargs: Any,
    ) -> None:
        super().__init__(on_error=on_error, timeout=timeout, upload_timeout=upload_timeout)
        if log_checkpoints not in (None, "same", "last", "best"):
            raise ValueError(f"log_checkpoints is same, last, best or None: {log_checkpoints!r}")
        self.given = self.run = run
        self._base, self._log_parameters = base_namespace, log_parameters
        self._log_checkpoints = log_checkpoints
        self._name = name
        # With one id, all that is opened after the end is the same run to Neptune.
        known = os.environ.get("NEPTUNE_CUSTOM_RUN_ID") or str(uuid.uuid4())
        self._options = {"api_token": api_token, "project": project} | neptune_run_kwargs
        if not {"with_id", "custom_run_id"} & self._options.keys():
            self._options["custom_run_id"] = known
        self._uploaded: Path | None = None

    def on_init_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> None:
        """Raises ValueError where the best checkpoint is wanted, and none is looked for."""
        if self._log_checkpoints == "best" and not args.load_best_model_at_end:
            raise ValueError("log_checkpoints='best' needs load_best_model_at_end=True.")

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Take or open a run, and send the parameters."""
        import neptune

        if self.given is None and not self._is_offline():
            self.run = neptune.init_run(name=self._name or args.run_name, **self._options)
        if self._log_parameters:
            for name, value in parameters(args, model).items():
                inside = name.removeprefix("model/")
                group = "trainer_parameters" if inside == name else "model_parameters"
                self._space(f"{group}/{inside}").assign(_held(value))

    def _space(self, name: str) -> Any:
        return self.run[f"{self._base}/{name}"]

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Add to the series of numbers and of texts."""
        for name, value in {**values, **texts}.items():
            self._space(name).append(value, step=step)

    def save(self, checkpoint: Path, args: Args, state: State) -> None:
        """Upload a checkpoint, if that is wanted, and have it replace the one before."""
        best = Path(state.best_model_checkpoint or "").name
        if self._log_checkpoints is None or (
            self._log_checkpoints == "best" and best != checkpoint.name
        ):
            return
        if self._log_checkpoints == "same":
            place = self._space("checkpoints")
        else:
            place = self._space(f"checkpoints/{self._log_checkpoints}")
            if self._uploaded:
                place.delete_files(str(self._uploaded))
        place.upload_files(str(checkpoint))
        self._uploaded = checkpoint
        self.run.wait()  # the folder may be gone soon

    def close(self, failed: bool) -> None:
        """Stop a run of its own; offline, write it to the disk."""
        if self.given is None and self.run is not None:
            if failed:
                self.run["sys/failed"] = True
            if self._is_offline():
                self.run.wait(disk_only=True)
            else:
                self.run.stop(seconds=self.timeout)

    def _is_offline(self) -> bool:
        """Whether there is an open run of its own that can only be gone on with as long as it is.
        The client stops it when the program ends."""
        return (
            self.run is not None
            and self.run.get_state() == "started"
            and self.run._mode.value == "offline"
        )


def _held(value: Parameter) -> Parameter:
    # A field holds no None, and no number of more than 32 bits.
    is_large = isinstance(value, int) and abs(value) > _LARGEST
    return str(value) if value is None or is_large else value
