"""trl 1.7.1 PPOTrainer: `evaluate()` and `predict()`, which it inherits, raise.

They look at `_memory_tracker`, which transformers' constructor sets and PPOTrainer's does not call:
`AttributeError: 'PPOTrainer' object has no attribute '_memory_tracker'`. EVT-36, EVT-37.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_ppo


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_ppo.trainer(folder, 2)
        try:
            trainer.evaluate()
            got = "metrics"
        except AttributeError as error:
            got = f"{type(error).__name__}: {error}"
    return tiny.conclude("metrics of the evaluation set", got, got == "metrics")


if __name__ == "__main__":
    sys.exit(main())
