"""transformers Trainer 4: with `eval_strategy="steps"` the last step is not evaluated unless the
interval divides it; from version 5 on it is. FLOW-7.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_trainer
from transformers import TrainerCallback


class Tells(TrainerCallback):
    def __init__(self) -> None:
        self.steps: list[int] = []

    def on_evaluate(self, args, state, control, **kwargs):
        self.steps.append(state.global_step)


def main() -> int:
    tells = Tells()
    with tempfile.TemporaryDirectory() as folder:
        steps = {"eval_strategy": "steps", "eval_steps": 3}
        tiny_trainer.trainer(folder, 4, [tells], **steps).train()
    return tiny.conclude(
        "evaluated at [3, 4]", f"evaluated at {tells.steps}", tells.steps == [3, 4]
    )


if __name__ == "__main__":
    sys.exit(main())
