"""The trackers, as the common tests need to know them."""

from cases.tensorboard import TENSORBOARD

CASES = {case.name: case for case in (TENSORBOARD,)}
