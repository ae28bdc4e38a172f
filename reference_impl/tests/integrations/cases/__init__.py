"""The trackers, as the common tests need to know them."""

from cases.comet_ml import COMET_ML
from cases.neptune import NEPTUNE
from cases.tensorboard import TENSORBOARD
from cases.wandb import WANDB

CASES = {
    case.name: case
    for case in (
        COMET_ML,
        NEPTUNE,
        TENSORBOARD,
        WANDB,
    )
}
