"""What the tests of the suite share."""

import gc
from importlib.util import find_spec

import pytest


@pytest.fixture(scope="session", autouse=True)
def frozen_imports() -> None:
    """accelerate collects garbage at each train(), which takes a quarter of a second with all of
    transformers loaded: what is imported is taken out of the collector's sight."""
    if find_spec("transformers"):  # not in the environments of other trainers
        import transformers.trainer  # noqa: F401  # imported for the freeze

    gc.collect()
    gc.freeze()
