"""transformers' `Seq2SeqTrainer`: the loop of `Trainer`, with evaluation and prediction of its
own."""

from __future__ import annotations

from loopspec.subjects.base import Subject
from loopspec.subjects.derived.scripting import DerivedSubject


def seq2seq() -> Subject:
    """transformers' `Seq2SeqTrainer`."""
    from transformers import Seq2SeqTrainer, Seq2SeqTrainingArguments

    return DerivedSubject(
        Seq2SeqTrainer, "transformers", name="seq2seq", arguments_class=Seq2SeqTrainingArguments
    )
