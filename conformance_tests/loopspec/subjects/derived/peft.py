"""transformers' `Trainer` with a model of which peft trains a low-rank adapter only."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from loopspec.scenario import Scenario
from loopspec.subjects.base import Subject
from loopspec.subjects.derived.scripting import DerivedSubject


class _Peft(DerivedSubject):
    def make_model(self, scenario: Scenario) -> Any:
        from peft import LoraConfig, get_peft_model

        from loopspec.subjects.derived.tiny_linear import TinyLinear

        # Not the usual start, at which one of the two factors is zero and the other gets no
        # gradient: what is looked at is to move with the first update.
        wanted = LoraConfig(r=1, target_modules=["linear"], init_lora_weights=False)
        return get_peft_model(TinyLinear(), wanted)


def peft() -> Subject:
    """A peft model in transformers' Trainer."""
    import_module("peft")  # so that it is missed here, and not by the first model
    from transformers import Trainer

    return _Peft(Trainer, "peft", name="peft")
