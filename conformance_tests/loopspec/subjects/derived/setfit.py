"""setfit's `Trainer`: it drives a SentenceTransformerTrainer, and fits a classifier afterwards."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from loopspec.recorder import Recorder
from loopspec.scenario import Scenario
from loopspec.subjects.base import Driver, Subject
from loopspec.subjects.derived import tiny_lm
from loopspec.subjects.derived.scripting import DerivedSubject, script
from loopspec.subjects.derived.sentence_transformers import make_body
from loopspec.subjects.hf import report_to
from loopspec.subjects.hf_driver import HFDriver
from loopspec.vocabulary import Capability

_LACKING = frozenset(
    {
        Capability.ACCUMULATION,
        Capability.ARGUMENTS,
        Capability.CALLBACK_STATES,
        Capability.DISPLAY,
        Capability.EVAL_ON_START,
        Capability.PREDICTION,
        Capability.PUSHING,
        Capability.RESUME,
        Capability.SAVE_BEST,
        Capability.STRING_LIMIT,
    }
)
"""What its arguments and methods have no word for."""

_TEXTS = 2
"""Texts in a batch, one of each class, as a classifier cannot be fitted to one class."""


class _Setfit(DerivedSubject):
    """setfit puts the name of the phase before each metric that it computes. The metric of the
    scenario is not one of these, and is called `eval_score` as everywhere."""

    def leaves_out(self, scenario: Scenario) -> str:
        asked = {
            "a part of an epoch": scenario.num_train_epochs % 1,
            "several evaluation sets": scenario.eval_sets,
            "early stopping without a metric": scenario.early_stopping
            and not scenario.metric_for_best_model,
            "evaluate(), which measures the classifier and calls nobody": "evaluate"
            in scenario.calls
            or scenario.asks("evaluate"),
        }
        return next((what for what, is_asked in asked.items() if is_asked), "")

    def make_model(self, scenario: Scenario) -> Any:
        from setfit import SetFitModel
        from sklearn.linear_model import LogisticRegression

        return SetFitModel(model_body=make_body(), model_head=LogisticRegression())

    def make_dataset(self, scenario: Scenario, batches: int) -> Any:
        from datasets import Dataset

        numbers = range(_TEXTS * batches)
        rows = [{"text": f"w0 w{1 + n % _TEXTS}", "label": n % _TEXTS} for n in numbers]
        return Dataset.from_list(rows) if rows else tiny_lm.make_rows({"text": "", "label": 0}, 0)

    def make_arguments(self, scenario: Scenario, folder: Path) -> Any:
        from setfit import TrainingArguments

        epochs = scenario.num_train_epochs
        wanted = {
            **scenario.arguments(),
            "output_dir": str(folder),
            "report_to": report_to(scenario),
            "batch_size": 2 * _TEXTS,  # for each a pair of one class, and a pair of two
            "num_iterations": 1,
            "num_epochs": int(epochs) if epochs == int(epochs) else epochs,
            "body_learning_rate": 0.125,
            "warmup_proportion": 0.0,
            "show_progress_bar": False,
            "seed": 0,
        }
        if wanted["metric_for_best_model"] in (None, "loss", "eval_loss"):
            del wanted["metric_for_best_model"]  # its default is the loss, by setfit's name
        if scenario.eval_strategy != "steps":
            del wanted["eval_steps"]  # it would be taken for the wish to evaluate by steps
        known = inspect.signature(TrainingArguments).parameters
        if wanted["report_to"] == "default":
            del wanted["report_to"]
        return TrainingArguments(**{name: v for name, v in wanted.items() if name in known})

    def make_trainer(self, scenario: Scenario, callbacks: list[Any], folder: Path) -> Any:
        keywords = self.make_keywords(scenario, callbacks, folder)
        trainer = self.trainer_class(**keywords, metric=_accuracy)
        trainer.st_trainer.args.lr_scheduler_type = scenario.lr_scheduler_type
        script(trainer.st_trainer, scenario, prefix="eval")
        return trainer

    def build(self, scenario: Scenario, recorder: Recorder, folder: Path) -> Driver:
        driver = super().build(scenario, recorder, folder)
        assert isinstance(driver, HFDriver), "HFSubject builds no other"
        return _SetfitDriver(driver.trainer, driver)


class _SetfitDriver(HFDriver):
    """Calls what a user calls, and looks at the trainer within, which holds state and control."""

    def __init__(self, outer: Any, built: HFDriver) -> None:
        self.__dict__.update(vars(built))
        self.outer, self.trainer = outer, outer.st_trainer

    def train(self) -> None:
        with self._shown():
            self.outer.train()

    def evaluate(self) -> None:
        with self._shown():
            self.outer.evaluate()

    def look(self) -> dict[str, object]:
        return {"model": self.outer.model, "args": self.outer.args, "state": self.trainer.state}


def _accuracy(predicted: Any, wanted: Any) -> dict[str, float]:
    pairs = list(zip(predicted, wanted, strict=True))
    return {"accuracy": sum(int(a) == int(b) for a, b in pairs) / len(pairs)}


def setfit() -> Subject:
    """setfit's Trainer."""
    from setfit import Trainer, TrainingArguments

    made = _Setfit(Trainer, "setfit", name="setfit", arguments_class=TrainingArguments)
    made.capabilities -= _LACKING
    return made
