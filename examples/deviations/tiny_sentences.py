"""What the scripts about sentence-transformers train: two rows for a table of embeddings."""

from __future__ import annotations

from typing import Any

import tiny
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.losses import CosineSimilarityLoss
from sentence_transformers.sentence_transformer.modules import StaticEmbedding


def trainer(folder: str, **arguments: Any) -> SentenceTransformerTrainer:
    """A trainer of one epoch that writes to `folder`."""
    words = tiny.tokenizer()._tokenizer
    model = SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=8)], device="cpu")
    data = tiny.rows(2, anchor="w0 w1", positive="w0 w3", score=0.5)
    made = SentenceTransformerTrainingArguments(
        output_dir=folder, num_train_epochs=1, report_to=[], use_cpu=True, **arguments
    )
    return SentenceTransformerTrainer(
        model=model, args=made, train_dataset=data, eval_dataset=data,
        loss=CosineSimilarityLoss(model),
    )  # fmt: skip
