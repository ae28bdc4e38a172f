"""A causal language model of a few hundred weights and its tokenizer, built in code."""

from __future__ import annotations

from typing import Any

_WORDS = 64
_SPECIAL = ("<pad>", "<eos>", "<unk>", "<bos>")
TEXT = "w0 w1 w2 w3"
"""A text with the first word, so that the first row of the embedding, which is looked at, moves."""


def make_tokenizer() -> Any:
    """A tokenizer of 64 words, w0 to w63."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast

    words = [*(f"w{number}" for number in range(_WORDS)), *_SPECIAL]
    model = Tokenizer(
        WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>")
    )
    model.pre_tokenizer = Whitespace()
    pad, eos, unk, bos = _SPECIAL
    made = PreTrainedTokenizerFast(
        tokenizer_object=model, pad_token=pad, eos_token=eos, unk_token=unk, bos_token=bos
    )
    made.chat_template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    return made


def make_model(labels: int | None = None) -> Any:
    """A Llama of one layer; with a head for `labels` classes instead of words if given."""
    from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification

    more = {} if labels is None else {"num_labels": labels}
    config = LlamaConfig(
        vocab_size=_WORDS + len(_SPECIAL),
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=64,
        pad_token_id=_WORDS,
        eos_token_id=_WORDS + 1,
        bos_token_id=_WORDS + 3,
        **more,
    )
    return (LlamaForCausalLM if labels is None else LlamaForSequenceClassification)(config)


def make_rows(row: dict[str, Any], length: int) -> Any:
    """A data set of `length` samples, all of them `row`."""
    from datasets import Dataset, disable_progress_bars

    disable_progress_bars()  # they are the data sets', and no display of the trainer
    return Dataset.from_list([row] * max(length, 1)).select(range(length))
