"""trl 1.7.1 PPOTrainer: a second `train()` starts with the epoch and the history of the first.

It sets `state.global_step` and a few other fields to what they are at the beginning, of the state
that the trainer has had since it was built: `epoch` and `log_history` stay. EVT-4, DISP-12.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys

import tiny_own_loop
import tiny_ppo

if __name__ == "__main__":
    sys.exit(tiny_own_loop.starts_anew(tiny_ppo.trainer))
