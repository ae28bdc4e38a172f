"""trl 1.7.1 PPOTrainer: `evaluate()` and `predict()`, which it inherits, raise.

They look at `_memory_tracker`, which transformers' constructor sets and PPOTrainer's does not call:
`AttributeError: 'PPOTrainer' object has no attribute '_memory_tracker'`. EVT-36, EVT-37.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys

import tiny_own_loop
import tiny_ppo

if __name__ == "__main__":
    sys.exit(tiny_own_loop.evaluates(tiny_ppo.trainer))
