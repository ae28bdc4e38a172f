"""What the scripts in this folder train: a Llama of a few hundred weights, built in code."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")


def tokenizer() -> Any:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast

    special = {"pad_token": "<pad>", "eos_token": "<eos>", "unk_token": "<unk>"}
    words = [*(f"w{number}" for number in range(64)), *special.values()]
    made = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=made, padding_side="left", **special)


def model(**more: Any) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification

    config = LlamaConfig(
        vocab_size=67, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=64,
        pad_token_id=64, eos_token_id=65, **more,
    )  # fmt: skip
    return (LlamaForSequenceClassification if "num_labels" in more else LlamaForCausalLM)(config)


def rows(length: int, **row: Any) -> Any:
    from datasets import Dataset

    return Dataset.from_list([row] * length)


def conclude(due: str, got: str, conforms: bool) -> int:
    """Say what came, and give the exit status: 0 where it is what was due."""
    print(f"due: {due}\ngot: {got}")
    return 0 if conforms else 1
