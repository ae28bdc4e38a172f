"""trl 1.7.1 PPOTrainer: `state.train_batch_size` is None in training. STATE-12.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys

import tiny_own_loop
import tiny_ppo

if __name__ == "__main__":
    sys.exit(tiny_own_loop.batch_size(tiny_ppo.trainer))
