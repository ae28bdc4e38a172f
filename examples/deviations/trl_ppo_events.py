"""trl 1.7.1 PPOTrainer: five of the events are called, and `on_log` at every step, before its end.

There is no `on_init_end`, `on_epoch_begin`, `on_step_begin`, `on_optimizer_step`, `on_epoch_end`.
As there is no `on_step_begin`, flags that ask for a log or an evaluation stay set from step to
step. `on_log` comes before `on_step_end`, whatever `logging_strategy` says. EVT-1, EVT-6, EVT-11,
EVT-12, CTRL-20.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys

import tiny_own_loop
import tiny_ppo

if __name__ == "__main__":
    sys.exit(tiny_own_loop.events(tiny_ppo.trainer))
