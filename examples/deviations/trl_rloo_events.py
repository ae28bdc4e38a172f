"""trl 0.21.0 RLOOTrainer: four of the events are called, and `on_log` before each step ends.

There is no `on_init_end`, `on_epoch_begin`, `on_step_begin`, `on_optimizer_step`, `on_epoch_end`.
As there is no `on_step_begin`, flags that ask for a log or an evaluation stay set from step to
step. `on_log` comes before `on_step_end`, whatever `logging_strategy` says. EVT-1, EVT-6, EVT-11.

Upstream: no report of it was found. RLOOTrainer has had the loop of transformers since 0.22.
"""

from __future__ import annotations

import sys

import tiny_own_loop
import tiny_rloo

if __name__ == "__main__":
    sys.exit(tiny_own_loop.events(tiny_rloo.trainer))
