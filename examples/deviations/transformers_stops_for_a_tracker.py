"""transformers Trainer: a tracker that cannot write ends training before its first step.

No exception of a tracker is caught. Here a file is in the way of TensorBoard's folder. INT-13.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import tiny
import tiny_trainer


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_trainer.trainer(folder, 3, report_to=["tensorboard"])
        (Path(folder) / "runs").write_text("a file that is in the way", "utf-8")
        try:
            trainer.train()
            error = ""
        except OSError as raised:
            error = f" and {type(raised).__name__}"
        steps = trainer.state.global_step
    got = f"{steps} steps{error}"
    return tiny.conclude("3 steps, and a warning", got, got == "3 steps")


if __name__ == "__main__":
    sys.exit(main())
