"""setfit Trainer: the best model by a score is the one with the lowest score, unless
`greater_is_better` says otherwise.

transformers takes greater for better where the name of the metric does not end in `loss`, and says
so. setfit's `TrainingArguments` has False for every metric, and hands it on. STOP-7.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_setfit
import transformers
from setfit import Trainer, TrainingArguments

WANTED = {
    "metric_for_best_model": "embedding_accuracy",
    "load_best_model_at_end": True,
    "eval_strategy": "epoch",
    "save_strategy": "epoch",
    "report_to": "none",
}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        due = transformers.TrainingArguments(output_dir=folder, **WANTED).greater_is_better
        trainer = Trainer(
            model=tiny_setfit.model(), args=TrainingArguments(output_dir=folder, **WANTED)
        )
        got = trainer.st_trainer.args.greater_is_better
    told = "greater_is_better={}"
    return tiny.conclude(told.format(due), told.format(got), got == due)


if __name__ == "__main__":
    sys.exit(main())
