"""DagsHub: MLflow on its server, and the output folder in its repository."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .environment import is_on
from .mlflow import MLflowCallback

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..state import TrainerState as State


class DagsHubCallback(MLflowCallback):
    """Logs to MLflow where `MLFLOW_TRACKING_URI` says, as `dagshub.init()` sets it, which ends in
    `OWNER/NAME.mlflow`.

    Environment, besides that of MLflow: `HF_DAGSHUB_LOG_ARTIFACTS`, to upload the output folder to
    `artifacts` in the repository of that name when training ends, off by default; `BRANCH`, the
    branch to upload to, by default "main".
    """

    name = "dagshub"
    packages = ("mlflow", "dagshub.upload")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._repository: Any = None

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Find the repository, and set MLflow up."""
        owner, name = _repository(os.environ.get("MLFLOW_TRACKING_URI", ""))
        if is_on("HF_DAGSHUB_LOG_ARTIFACTS"):
            from dagshub.upload import Repo

            branch = os.environ.get("BRANCH") or "main"
            self._repository = Repo(owner=owner, name=name, branch=branch)
        super().setup(args, state, model)

    def finish(self, args: Args, state: State, model: Any, processing_class: Any) -> None:
        """Upload the output folder, if that is wanted."""
        if self._repository is not None:
            self._repository.directory("artifacts").add_dir(str(args.output_dir))


def _repository(uri: str) -> tuple[str, str]:
    """Owner and name."""
    parts = PurePosixPath(urlsplit(uri).path).parts
    if len(parts) < 2 or not parts[-1].endswith(".mlflow"):
        raise RuntimeError(
            f"MLFLOW_TRACKING_URI ends in OWNER/NAME.mlflow for DagsHub, and is {uri!r}: "
            "call dagshub.init()."
        )
    return parts[-2], parts[-1].removesuffix(".mlflow")
