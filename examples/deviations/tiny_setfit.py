"""What the scripts about setfit's Trainer have in common: a model without a hub, and data."""

from __future__ import annotations

import tiny
from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from setfit import SetFitModel
from sklearn.linear_model import LogisticRegression


def model() -> SetFitModel:
    """An embedding of a few words, and a classifier."""
    words = tiny.tokenizer()._tokenizer
    body = SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=8)], device="cpu")
    return SetFitModel(model_body=body, model_head=LogisticRegression())


def data() -> Dataset:
    """Four texts of two kinds."""
    return Dataset.from_list([{"text": f"w0 w{n}", "label": n % 2} for n in range(4)])
