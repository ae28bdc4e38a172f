"""transformers Trainer: a name that is in `report_to` twice makes two trackers, and each number is
written twice. INT-11.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_trainer
from transformers.integrations import TensorBoardCallback


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_trainer.trainer(folder, 1, report_to=["tensorboard", "tensorboard"])
        present = trainer.callback_handler.callbacks
        found = sum(isinstance(callback, TensorBoardCallback) for callback in present)
    return tiny.conclude("one tracker for TensorBoard", f"{found} of them", found == 1)


if __name__ == "__main__":
    sys.exit(main())
