"""transformers Trainer: an exception that ends training leaves the progress bar open.

Only `on_train_end` closes it, which does not come then. SHOW-17.

Upstream: no report of it was found.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile

import tiny
import tiny_trainer
from tqdm.auto import tqdm
from transformers import TrainerCallback


class Breaks(TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        raise RuntimeError("broken off")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_trainer.trainer(folder, 3, [Breaks()], disable_tqdm=False)
        with contextlib.suppress(RuntimeError):
            trainer.train()
    open_bars = len(tqdm._instances)
    return tiny.conclude("no bar open", f"{open_bars} open", open_bars == 0)


if __name__ == "__main__":
    sys.exit(main())
