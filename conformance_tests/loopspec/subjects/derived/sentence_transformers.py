"""sentence-transformers' `SentenceTransformerTrainer`: transformers' loop, its own loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loopspec.scenario import Scenario
from loopspec.subjects.base import Subject
from loopspec.subjects.derived import tiny_lm
from loopspec.subjects.derived.scripting import DerivedSubject


def make_body() -> Any:
    """A sentence transformer of one table of word vectors."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    words = tiny_lm.make_tokenizer()._tokenizer
    return SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=8)], device="cpu")


class _Sentences(DerivedSubject):
    def make_model(self, scenario: Scenario) -> Any:
        return make_body()

    def make_dataset(self, scenario: Scenario, batches: int) -> Any:
        row = {"anchor": "w0 w1", "positive": "w0 w3", "score": 0.5}
        return tiny_lm.make_rows(row, batches)

    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        from sentence_transformers.losses import CosineSimilarityLoss

        made = super().make_keywords(scenario, callbacks, folder)
        del made["compute_metrics"]  # it is taken and never called: the metrics come by `script`
        return made | {"loss": CosineSimilarityLoss(made["model"])}


def sentence_transformers() -> Subject:
    """sentence-transformers' SentenceTransformerTrainer."""
    from sentence_transformers import (
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )

    return _Sentences(
        SentenceTransformerTrainer,
        "sentence_transformers",
        name="sentence-transformers",
        arguments_class=SentenceTransformerTrainingArguments,
        arguments={"optim": "sgd"},
    )
