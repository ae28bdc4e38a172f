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
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.losses import CosineSimilarityLoss
from sentence_transformers.sentence_transformer.modules import StaticEmbedding


def main() -> int:
    words = tiny.tokenizer()._tokenizer
    model = SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=8)], device="cpu")
    data = tiny.rows(2, anchor="w0 w1", positive="w0 w3", score=0.5)
    with tempfile.TemporaryDirectory() as folder:
        made = SentenceTransformerTrainingArguments(
            output_dir=folder, num_train_epochs=1, report_to=[], use_cpu=True, save_strategy="no"
        )
        trainer = SentenceTransformerTrainer(
            model=model, args=made, train_dataset=data, eval_dataset=data,
            loss=CosineSimilarityLoss(model),
        )  # fmt: skip
        trainer.train()
        metrics = trainer.evaluate()
    return tiny.conclude("epoch among the metrics", str(sorted(metrics)), "epoch" in metrics)


if __name__ == "__main__":
    sys.exit(main())
