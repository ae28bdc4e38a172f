"""The trackers, as the common tests need to know them."""

from cases.azure_ml import AZURE_ML
from cases.azure_ml_submitted import AZURE_ML_SUBMITTED
from cases.clearml import CLEARML
from cases.codecarbon import CODECARBON
from cases.comet_ml import COMET_ML
from cases.dagshub import DAGSHUB
from cases.dvclive import DVCLIVE
from cases.flyte import FLYTE
from cases.mlflow import MLFLOW
from cases.neptune import NEPTUNE
from cases.tensorboard import TENSORBOARD, TENSORBOARD_X
from cases.trackio import TRACKIO
from cases.wandb import WANDB

CASES = {
    case.name: case
    for case in (
        AZURE_ML,
        AZURE_ML_SUBMITTED,
        COMET_ML,
        NEPTUNE,
        TENSORBOARD,
        TENSORBOARD_X,
        WANDB,
        TRACKIO,
        MLFLOW,
        DVCLIVE,
        CLEARML,
        CODECARBON,
        DAGSHUB,
        FLYTE,
    )
}
