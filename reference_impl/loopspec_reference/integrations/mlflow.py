"""MLflow: a run on a tracking server, or in a database of one's own."""

from __future__ import annotations

import json
import logging
import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from .base import TrackerCallback
from .environment import is_on
from .values import parameters

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..state import TrainerState as State

logger = logging.getLogger(__name__)

_LONGEST_NAME, _LONGEST_PARAMETER = 250, 6000
_METRICS_AT_ONCE, _PARAMETERS_AT_ONCE = 1000, 100


def clean(name: str) -> str:
    """The name with `_` for what MLflow refuses in it: odd characters, and paths like `a//b`."""
    kept = re.sub(r"[^0-9A-Za-z_\-. :/]", "_", name)[:_LONGEST_NAME]
    normal = posixpath.normpath(kept)
    return kept if kept == normal and normal[0] not in "./" else re.sub(r"[./]", "_", kept)


class MLflowCallback(TrackerCallback):
    """Logs numbers under their own names, texts as tags, arguments as parameters.

    The run that is active where training starts is used, and left open; else one is started, named
    `run_name`, and ended: as failed if training raises. What is logged after the end goes to the
    same run. `run_id` is its id; it is not the active run of the training's own thread.

    Environment: `MLFLOW_TRACKING_URI`; `MLFLOW_EXPERIMENT_NAME`, made if it is not there;
    `MLFLOW_RUN_ID`, a run to go on with; `MLFLOW_NESTED_RUN`, to start one inside the active one;
    `MLFLOW_TAGS`, a JSON object; `MLFLOW_FLATTEN_PARAMS`, to make a parameter of each entry of a
    dictionary; `MLFLOW_MAX_LOG_PARAMS`; `HF_MLFLOW_LOG_ARTIFACTS`, to upload each checkpoint.
    `DISABLE_MLFLOW_INTEGRATION=TRUE` takes it out of "all" and makes naming it an error.
    """

    name = "mlflow"
    packages: ClassVar[tuple[str, ...]] = ("mlflow",)
    rename = staticmethod(clean)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.run_id: str | None = None
        self._active_id: str | None = None
        self._is_own = False

    def find_open(self) -> None:
        """Look for an active run, which is known in its thread only."""
        import mlflow

        active = mlflow.active_run()
        self._active_id = active.info.run_id if active else None

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Take, start or go on with a run; send parameters and tags."""
        other = self._active_id not in (None, self.run_id) and not is_on("MLFLOW_NESTED_RUN")
        if self.run_id is None or other:
            self._start(args)
            self._send_parameters(parameters(args, model, flat=is_on("MLFLOW_FLATTEN_PARAMS")))
            self._send_tags(_tags())
        elif self._is_own:
            self._resume(self.run_id)

    def _start(self, args: Args) -> None:
        import mlflow

        resumed, nested = os.environ.get("MLFLOW_RUN_ID"), is_on("MLFLOW_NESTED_RUN")
        self._is_own = bool(resumed or nested or self._active_id is None)
        if not self._is_own:
            self.run_id = self._active_id
        elif resumed:
            self._resume(resumed)
        else:
            run = mlflow.start_run(
                experiment_id=_experiment(),
                run_name=args.run_name,
                nested=nested,
                parent_run_id=self._active_id if nested else None,
            )
            self.run_id = run.info.run_id

    def _resume(self, run_id: str) -> None:
        import mlflow

        self.run_id = mlflow.start_run(run_id=run_id).info.run_id

    def _send_parameters(self, wanted: dict[str, Any]) -> None:
        import mlflow

        most = os.environ.get("MLFLOW_MAX_LOG_PARAMS") or str(len(wanted))
        if not most.isdigit():
            raise ValueError(f"MLFLOW_MAX_LOG_PARAMS is a number of parameters, not {most!r}")
        chosen = {
            clean(k): str(v)[:_LONGEST_PARAMETER] for k, v in list(wanted.items())[: int(most)]
        }
        # A run's parameters cannot be changed: trying to is an error for the whole request.
        held = mlflow.get_run(self.run_id).data.params
        if changed := sorted(k for k, v in chosen.items() if k in held and held[k] != v):
            logger.warning("mlflow keeps the first value of its run's %s.", ", ".join(changed))
        new = {name: value for name, value in chosen.items() if name not in held}
        for portion in _portions(new, _PARAMETERS_AT_ONCE):
            mlflow.log_params(portion, synchronous=True, run_id=self.run_id)

    def _send_tags(self, tags: dict[str, Any]) -> None:
        import mlflow

        for name, value in tags.items():
            mlflow.MlflowClient().set_tag(self.run_id, name, value, synchronous=True)

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Log numbers as metrics, and texts as tags. What the server refuses is raised here."""
        import mlflow

        for portion in _portions(values, _METRICS_AT_ONCE):
            mlflow.log_metrics(portion, step, synchronous=True, run_id=self.run_id)
        self._send_tags(texts)

    def save(self, checkpoint: Path, args: Args, state: State) -> None:
        """Upload a checkpoint, if that is wanted."""
        import mlflow

        if is_on("HF_MLFLOW_LOG_ARTIFACTS"):
            mlflow.log_artifacts(str(checkpoint), checkpoint.name, run_id=self.run_id)

    def close(self, failed: bool) -> None:
        """End a run of its own."""
        import mlflow

        if self._is_own:
            mlflow.end_run("FAILED" if failed else "FINISHED")


def _experiment() -> str | None:
    """The id of the experiment that is named, made if need be. MLflow's own `set_experiment` would
    change where the user's next run goes."""
    import mlflow

    name = os.environ.get("MLFLOW_EXPERIMENT_NAME")
    if not name:
        return None
    client = mlflow.MlflowClient()
    found = client.get_experiment_by_name(name)
    return str(found.experiment_id if found else client.create_experiment(name))


def _portions(whole: dict[str, Any], size: int) -> Iterator[dict[str, Any]]:
    items = list(whole.items())
    return (dict(items[i : i + size]) for i in range(0, len(items), size))


def _tags() -> dict[str, Any]:
    text = os.environ.get("MLFLOW_TAGS") or "{}"
    try:
        tags = json.loads(text)
    except json.JSONDecodeError:
        tags = None
    if not isinstance(tags, dict):
        raise ValueError(f"MLFLOW_TAGS is a JSON object of tags, not {text!r}")
    return tags
