"""trl 1.7.1 PPOTrainer: a save that is asked for in `on_train_end` comes after it. EVT-3.

`on_save` is then the last event of `train()`, and comes when callbacks have closed what they use.
transformers does not look at the flag any more.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_ppo
from transformers import TrainerCallback


class SavesAtTheEnd(TrainerCallback):
    last = ""

    def on_train_end(self, args, state, control, **kwargs):
        self.last = "on_train_end"
        control.should_save = True

    def on_save(self, args, state, control, **kwargs):
        self.last = "on_save"


def main() -> int:
    callback = SavesAtTheEnd()
    with tempfile.TemporaryDirectory() as folder:
        tiny_ppo.trainer(folder, 1, callbacks=[callback]).train()
    return tiny.conclude("on_train_end", callback.last, callback.last == "on_train_end")


if __name__ == "__main__":
    sys.exit(main())
