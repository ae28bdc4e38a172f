"""The subjects that are shipped by name, and the adapter for a class shaped like a Trainer."""

from __future__ import annotations

from loopspec.subjects.base import Subject
from loopspec.subjects.hf import HFSubject


def reference() -> Subject:
    """The reference trainer, `loopspec_reference.Trainer`."""
    import loopspec_reference

    return _on_reference(loopspec_reference.Trainer, "reference")


def transformers() -> Subject:
    """transformers' own `Trainer`, with its known deviations."""
    return HFSubject(name="transformers")


def trainer_subject(trainer: type) -> Subject:
    """A subject for a trainer class: one derived from the reference's gets the arguments and
    callbacks of the reference, any other one those of transformers."""
    if any(base.__module__.partition(".")[0] == "loopspec_reference" for base in trainer.__mro__):
        return _on_reference(trainer)
    return HFSubject(trainer)


def _on_reference(trainer: type, name: str | None = None) -> Subject:
    import loopspec_reference

    return HFSubject(
        trainer,
        name=name,
        arguments_class=loopspec_reference.TrainingArguments,
        early_stopping_class=loopspec_reference.EarlyStoppingCallback,
        callback_base=loopspec_reference.TrainerCallback,
        exportable_base=loopspec_reference.ExportableState,
    )
