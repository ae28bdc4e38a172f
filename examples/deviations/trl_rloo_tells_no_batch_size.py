"""trl 0.21.0 RLOOTrainer: `state.train_batch_size` is None in training. STATE-12.

Upstream: no report of it was found. RLOOTrainer has had the loop of transformers since 0.22.
"""

from __future__ import annotations

import sys

import tiny_own_loop
import tiny_rloo

if __name__ == "__main__":
    sys.exit(tiny_own_loop.batch_size(tiny_rloo.trainer))
