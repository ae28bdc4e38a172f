"""transformers Trainer: a run that `max_steps` ended inside an epoch makes one update more when it
is resumed.

Whether the end is reached is looked at after a step only. CKPT-12.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_trainer

ARGUMENTS = {"max_steps": 2, "save_strategy": "steps", "save_steps": 2}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        tiny_trainer.trainer(folder, 3, **ARGUMENTS).train()
        resumed = tiny_trainer.trainer(folder, 3, **ARGUMENTS)
        resumed.train(resume_from_checkpoint=True)
        steps = resumed.state.global_step
    return tiny.conclude("an end at step 2", f"an end at step {steps}", steps == 2)


if __name__ == "__main__":
    sys.exit(main())
