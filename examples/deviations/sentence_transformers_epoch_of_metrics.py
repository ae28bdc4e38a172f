"""sentence-transformers' trainer: the metrics of an evaluation do not hold the epoch.

transformers adds `epoch` to the dict that it logs, and that dict is what `evaluate()` gives back
and `on_evaluate` is given. `SentenceTransformerTrainer.log` hands a copy on, so that the copy gets
it. STATE-16. setfit, which derives from it, does the same.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_sentences


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_sentences.trainer(folder, save_strategy="no")
        trainer.train()
        metrics = trainer.evaluate()
    return tiny.conclude("epoch among the metrics", str(sorted(metrics)), "epoch" in metrics)


if __name__ == "__main__":
    sys.exit(main())
