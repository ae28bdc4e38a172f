"""Trainers that derive from transformers': what their adapters share, on transformers' own; and
each of them where its package is installed. `make matrix` judges them by the whole corpus."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from loopspec import EarlyStopping, Event, Scenario, check, record
from loopspec.faults import EXTRAS, SubjectFault
from loopspec.subjects.builtin import transformers as transformers_subject
from loopspec.subjects.derived import tiny_lm
from loopspec.subjects.derived.scripting import DerivedSubject
from loopspec.subjects.derived.seq2seq import seq2seq
from loopspec.subjects.hf_driver import complete_checkpoints
from loopspec.targets import BUILT_IN, resolve

PACKAGES = {
    "adapters": "adapters",
    "peft": "peft",
    "sentence-transformers": "sentence_transformers",
    "setfit": "setfit",
    "trl-cpo": "trl",
    "trl-dpo": "trl",
    "trl-grpo": "trl",
    "trl-kto": "trl",
    "trl-online-dpo": "trl",
    "trl-ppo": "trl",
    "trl-reward": "trl",
    "trl-rloo": "trl",
    "trl-sft": "trl",
}
OWN_LOOP = ("trl-ppo", "trl-rloo")
LOGGED = Scenario(
    name="logged",
    train_batches=3,
    gradient_accumulation_steps=2,
    logging_strategy="steps",
    logging_steps=1,
    eval_strategy="epoch",
    metrics=(1.0, 3.0),
)


class WithLanguageModel(DerivedSubject):
    """A real model in transformers' Trainer, with the data that it wants."""

    def make_model(self, scenario: Scenario) -> Any:
        return tiny_lm.make_model()

    def make_dataset(self, scenario: Scenario, batches: int) -> Any:
        row = torch.arange(4)
        return [{"input_ids": row, "labels": row} for _ in range(batches)]


class WithoutMetrics(transformers.Trainer):
    """A trainer that takes no compute_metrics."""

    def __init__(
        self,
        model: Any,
        args: Any,
        train_dataset: Any = None,
        eval_dataset: Any = None,
        callbacks: Any = None,
    ) -> None:
        super().__init__(
            model=model,
            args=args,
            train_dataset=train_dataset,
            eval_dataset=eval_dataset,
            callbacks=callbacks,
        )


@pytest.mark.parametrize("trainer", [transformers.Trainer, WithoutMetrics])
def test_a_real_model_has_the_losses_and_metrics_of_the_scenario(trainer: type) -> None:
    subject = WithLanguageModel(trainer, "transformers", name="lm", arguments={"optim": "sgd"})
    found, wanted = record(subject, LOGGED), record(transformers_subject(), LOGGED)
    assert found.outcome == wanted.outcome
    numbers = [
        [(r.logs or {}).get(key) for r in found.of(Event.LOG)] for key in ("loss", "eval_loss")
    ]
    assert numbers == [
        [(r.logs or {}).get(key) for r in wanted.of(Event.LOG)] for key in ("loss", "eval_loss")
    ]
    scores = [(record.metrics or {})["eval_score"] for record in found.of(Event.EVALUATE)]
    assert scores == [1.0, 3.0]
    assert all(record.seen["moved"] for record in found.of(Event.OPTIMIZER_STEP))


def test_early_stopping_works_by_metrics_that_are_put_in() -> None:
    scenario = Scenario(
        name="worse",
        num_train_epochs=6,
        train_batches=1,
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        metric_for_best_model="score",
        greater_is_better=False,
        metrics=(1.0, 2.0, 3.0),
        early_stopping=EarlyStopping(patience=1),
    )
    subject = WithLanguageModel(WithoutMetrics, "transformers", arguments={"optim": "sgd"})
    trace = record(subject, scenario)
    assert trace.outcome.kind == "completed"
    assert len(trace.of(Event.EVALUATE)) == 2


def test_seq2seq_is_recorded_as_transformers_is() -> None:
    for scenario in (LOGGED, Scenario(name="calls", calls=("train", "evaluate", "predict"))):
        assert (
            record(seq2seq(), scenario).codes() == record(transformers_subject(), scenario).codes()
        )
    assert seq2seq().inherits_deviations
    assert set(seq2seq().packages) == {"torch", "transformers", "accelerate"}


def test_a_checkpoint_may_keep_weights_in_folders(tmp_path: Path) -> None:
    inside = tmp_path / "checkpoint-3"
    (inside / "0_Part").mkdir(parents=True)
    (inside / "trainer_state.json").write_text("{}")
    (inside / "optimizer.pt").write_text("")
    assert complete_checkpoints(tmp_path) == []
    (inside / "0_Part" / "model.safetensors").write_text("")
    (inside / "more").mkdir()  # changes the folder, as each save does
    assert complete_checkpoints(tmp_path) == [3]


@pytest.mark.parametrize("name", PACKAGES)
def test_what_is_not_installed_is_told_with_its_extra(name: str) -> None:
    if find_spec(PACKAGES[name]):
        pytest.skip(f"{PACKAGES[name]} is installed")
    assert name in BUILT_IN
    extra = name if name in OWN_LOOP else EXTRAS[PACKAGES[name]]
    with pytest.raises(SubjectFault, match=re.escape(f"'loopspec[{extra}]'")):
        resolve(name)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in PACKAGES if name not in (*OWN_LOOP, "setfit")])
def test_it_ends_an_epoch_as_transformers_does(name: str) -> None:
    if not find_spec(PACKAGES[name]):
        pytest.skip(f"loopspec[{name}] is not installed")
    report = check(name, scenarios=["epoch-stop"], processes=0)
    assert report.ok, report.failures
