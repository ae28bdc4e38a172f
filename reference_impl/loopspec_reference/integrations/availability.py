"""Which trackers can be had here, found out without importing any of them."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from importlib import metadata


@dataclass(frozen=True)
class Tracker:
    """A tracker that `report_to` may name.

    `needs` are alternatives for each thing it needs: a module's name, or that of a distribution
    where the module is part of a namespace. `install` is what to install, `callback` the class
    here, as `module:Class`.
    """

    name: str
    needs: tuple[tuple[str, ...], ...]
    install: str
    callback: str


#: Every tracker by name, in the order of "all".
TRACKERS = {
    tracker.name: tracker
    for tracker in (
        Tracker("azure_ml", (("azureml-core",),), "azureml-sdk", "azure_ml:AzureMLCallback"),
        Tracker("comet_ml", (("comet_ml",),), "comet-ml", "comet_ml:CometCallback"),
        Tracker(
            "dagshub",
            (("dagshub",), ("mlflow",)),
            "dagshub mlflow",
            "dagshub:DagsHubCallback",
        ),
        Tracker("dvclive", (("dvclive",),), "dvclive", "dvclive:DVCLiveCallback"),
        Tracker("mlflow", (("mlflow",),), "mlflow", "mlflow:MLflowCallback"),
        Tracker("neptune", (("neptune",),), "neptune", "neptune:NeptuneCallback"),
        Tracker(
            "tensorboard",
            (("tensorboard", "tensorboardX"),),
            "tensorboard",
            "tensorboard:TensorBoardCallback",
        ),
        Tracker("wandb", (("wandb",),), "wandb", "wandb:WandbCallback"),
        Tracker("codecarbon", (("codecarbon",),), "codecarbon", "codecarbon:CodeCarbonCallback"),
        Tracker("clearml", (("clearml",),), "clearml", "clearml:ClearMLCallback"),
        Tracker("flyte", (("flytekit",),), "flytekit", "flyte:FlyteCallback"),
        Tracker("trackio", (("trackio",),), "trackio", "trackio:TrackioCallback"),
    )
}


def is_installed(name: str) -> bool:
    """Whether there is a module or distribution of that name. Nothing is imported.

    A folder that was left behind by an uninstalled package does not count.
    """
    if "-" in name:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            return False
        return True
    if name == "mlflow" and _mlflow_is_switched_off():
        return False
    try:
        spec = importlib.util.find_spec(name)
    except ValueError:  # a module put into sys.modules by hand
        return True
    return spec is not None and spec.origin is not None


def is_available(tracker: Tracker) -> bool:
    """Whether all that the tracker needs is installed."""
    return all(any(map(is_installed, names)) for names in tracker.needs)


def why_missing(tracker: Tracker) -> str:
    """What keeps a tracker that is not available away, and what to do about it."""
    if ("mlflow",) in tracker.needs and _mlflow_is_switched_off():
        return "switched off: DISABLE_MLFLOW_INTEGRATION is set to TRUE"
    return f"not installed: pip install {tracker.install}"


def _mlflow_is_switched_off() -> bool:
    return os.environ.get("DISABLE_MLFLOW_INTEGRATION", "").upper() == "TRUE"


def available() -> list[str]:
    """The names that "all" stands for: what is installed.

    AzureML can be written to through MLflow, and gets nothing of its own where that is installed.
    DagsHub is written to through MLflow: of the two, it is the one that the server's address names.
    Flyte, which works inside its tasks only, has to be asked for by name.
    """
    names = [t.name for t in TRACKERS.values() if is_available(t)]
    left_out = {"flyte"}
    if "mlflow" in names:
        left_out.add("azure_ml")
    if "dagshub" in names:
        is_dagshub = os.environ.get("MLFLOW_TRACKING_URI", "").endswith(".mlflow")
        left_out.add("mlflow" if is_dagshub else "dagshub")
    return [name for name in names if name not in left_out]
