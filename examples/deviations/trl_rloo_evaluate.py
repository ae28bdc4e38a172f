"""trl 0.21.0 RLOOTrainer: `evaluate()` and `predict()`, which it inherits, raise.

They look at `_memory_tracker`, which transformers' constructor sets, and that is not called:
`AttributeError: 'RLOOTrainer' object has no attribute '_memory_tracker'`. EVT-36, EVT-37.

Upstream: no report of it was found. RLOOTrainer has had the loop of transformers since 0.22.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_rloo


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_rloo.trainer(folder, 2)
        try:
            trainer.evaluate()
            got = "metrics"
        except AttributeError as error:
            got = f"{type(error).__name__}: {error}"
    return tiny.conclude("metrics of the evaluation set", got, got == "metrics")


if __name__ == "__main__":
    sys.exit(main())
