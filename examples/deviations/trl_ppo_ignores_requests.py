"""trl 1.7.1 PPOTrainer: of what callbacks ask for at the end of a step, it looks at saves alone.

`should_training_stop`, `should_epoch_stop`, `should_evaluate` and `should_log` have no effect, and
so no callback that ends a run early has one. CTRL-12 to CTRL-14, CTRL-16, CTRL-23, CTRL-24.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys

import tiny_own_loop
import tiny_ppo

if __name__ == "__main__":
    sys.exit(tiny_own_loop.stops(tiny_ppo.trainer))
