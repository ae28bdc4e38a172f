"""The trackers, as the common tests need to know them."""

from cases.tensorboard import TENSORBOARD
from cases.wandb import WANDB

CASES = {
    case.name: case
    for case in (
        TENSORBOARD,
        WANDB,
    )
}
