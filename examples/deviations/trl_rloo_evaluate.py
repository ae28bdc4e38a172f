"""trl 0.21.0 RLOOTrainer: `evaluate()` and `predict()`, which it inherits, raise.

They look at `_memory_tracker`, which transformers' constructor sets, and that is not called:
`AttributeError: 'RLOOTrainer' object has no attribute '_memory_tracker'`. EVT-36, EVT-37.

Upstream: no report of it was found. RLOOTrainer has had the loop of transformers since 0.22.
"""

from __future__ import annotations

import sys

import tiny_own_loop
import tiny_rloo

if __name__ == "__main__":
    sys.exit(tiny_own_loop.evaluates(tiny_rloo.trainer))
