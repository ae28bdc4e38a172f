from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from loopspec_reference import EvalPrediction, Trainer
from loopspec_reference.evaluation import concatenate, plain


def test_events_of_evaluation_and_prediction(build: Callable[..., Trainer], recorder: Any) -> None:
    trainer = build(callbacks=[recorder])
    metrics = trainer.evaluate()
    output = trainer.predict(trainer.eval_dataset)
    assert recorder.codes == "IE ps ps LG EV ps ps PR"
    assert recorder.kwargs[4]["metrics"] is metrics is recorder.kwargs[3]["logs"]
    assert recorder.kwargs[-1]["metrics"] is output.metrics
    assert recorder.kwargs[0]["eval_dataloader"] is None
    assert recorder.kwargs[-1]["eval_dataloader"] is recorder.kwargs[-2]["eval_dataloader"]
    assert [entry["step"] for entry in trainer.state.log_history] == [0]


def test_keys_of_the_metrics(build: Callable[..., Trainer]) -> None:
    trainer = build(scores=[1.0])
    speed = ("runtime", "samples_per_second", "steps_per_second")
    common = {f"eval_{name}" for name in ("loss", "score", *speed)}
    # As transformers: it took time to prepare the model, as it was not trained before.
    assert set(trainer.evaluate()) == common | {"epoch", "eval_model_preparation_time"}
    assert set(trainer.predict(trainer.eval_dataset).metrics) >= {"test_loss", "test_score"}
    trained = build(scores=[1.0])
    trained.train()
    assert set(trained.evaluate()) == common | {"epoch"}


def test_the_loss_is_the_mean_over_samples(build: Callable[..., Trainer], numbers: Any) -> None:
    trainer = build()
    odd = numbers(5)
    model = trainer.model
    losses = [float(model(s["x"][None], s["labels"][None])["loss"].detach()) for s in odd]
    assert trainer.evaluate(odd)["eval_loss"] == pytest.approx(np.mean(losses), rel=1e-5)


def test_several_datasets_are_evaluated_in_order(
    build: Callable[..., Trainer], recorder: Any, numbers: Any
) -> None:
    both = {"b": numbers(2), "a": numbers(4)}
    trainer = build(callbacks=[recorder], trainer_settings={"eval_dataset": both})
    metrics = trainer.evaluate()
    assert recorder.codes == "IE ps LG EV ps ps LG EV"
    assert {"eval_b_loss", "eval_a_loss"} <= set(metrics)
    assert "eval_c_loss" in trainer.evaluate({"c": numbers(2)})
    assert trainer.get_eval_dataloader("b").dataset is both["b"]


def test_no_dataset_is_a_value_error(build: Callable[..., Trainer]) -> None:
    trainer = build(trainer_settings={"eval_dataset": None})
    with pytest.raises(ValueError, match="requires an eval_dataset"):
        trainer.evaluate()


def test_what_compute_metrics_gets(build: Callable[..., Trainer]) -> None:
    got: list[EvalPrediction] = []

    def compute(prediction: EvalPrediction) -> dict[str, Any]:
        got.append(prediction)
        return {"a": np.float32(0.5), "b": torch.tensor(2), "eval_c": 1}

    settings = {"compute_metrics": compute}
    names = ["loss", "inputs"]
    trainer = build(trainer_settings=settings, include_for_metrics=names)
    trainer.model.main_input_name = "x"  # type: ignore[assignment]
    metrics = trainer.evaluate()
    predictions, labels = got[0].predictions, got[0].label_ids
    assert predictions.shape == labels.shape == (4, 1)
    assert got[0].losses.shape == (4,)
    assert got[0].inputs.shape == (4, 2)
    assert (metrics["eval_a"], metrics["eval_b"], metrics["eval_c"]) == (0.5, 2, 1)
    assert [type(metrics[f"eval_{name}"]) for name in "abc"] == [float, int, int]


def test_data_without_labels_gives_predictions_and_no_loss(build: Callable[..., Trainer]) -> None:
    trainer = build()
    output = trainer.predict([{"x": torch.ones(2)} for _ in range(3)])
    assert output.predictions.shape == (3, 1)
    assert output.label_ids is None
    assert "test_loss" not in output.metrics


def test_losses_that_are_not_finite_are_left_out_on_request(
    build: Callable[..., Trainer],
) -> None:
    data = [{"x": torch.full((2,), v), "labels": torch.zeros(1)} for v in (1.0, float("inf"))]
    for keep, finite in ((True, True), (False, False)):
        trainer = build(logging_nan_inf_filter=keep, per_device_eval_batch_size=1)
        assert np.isfinite(trainer.evaluate(data)["eval_loss"]) == finite


def test_models_that_return_tuples(build: Callable[..., Trainer], line: Any) -> None:
    class Pair(line):  # type: ignore[misc]
        def forward(self, x: torch.Tensor, labels: torch.Tensor | None = None) -> Any:
            out = super().forward(x, labels)
            return (out["loss"], out["logits"], out["logits"] * 2)

    trainer = build(trainer_settings={"model": Pair()})
    assert trainer.train().global_step == 4
    first, second = trainer.predict(trainer.eval_dataset).predictions
    assert np.array_equal(first * 2, second)


def test_a_mapping_without_loss_is_an_error_that_names_its_keys(
    build: Callable[..., Trainer],
) -> None:
    class NoLoss(nn.Module):
        def forward(self, x: torch.Tensor, labels: Any = None) -> dict[str, torch.Tensor]:
            return {"logits": x}

    with pytest.raises(ValueError, match=r"returned no loss, only logits"):
        build(trainer_settings={"model": NoLoss()}, optim="sgd").evaluate()


def test_evaluation_leaves_the_random_numbers_of_training_alone(
    build: Callable[..., Trainer], line: Any
) -> None:
    losses = []
    for strategy in ("no", "steps"):
        model = line(dropout=0.5)
        trainer = build(trainer_settings={"model": model}, eval_strategy=strategy, eval_steps=1)
        losses.append(trainer.train().training_loss)
    assert losses[0] == losses[1]


def test_loaders_may_be_exchanged(build: Callable[..., Trainer], numbers: Any) -> None:
    class Own(Trainer):
        def get_eval_dataloader(self, eval_dataset: Any = None) -> DataLoader[Any]:
            return DataLoader(numbers(6), batch_size=3)

        def get_test_dataloader(self, test_dataset: Any) -> DataLoader[Any]:
            return DataLoader(test_dataset, batch_size=1)

    trainer = build(trainer_class=Own)
    assert len(trainer.predict(numbers(3)).predictions) == 3
    assert "eval_loss" in trainer.evaluate()


def test_batches_of_different_width_are_filled_up() -> None:
    parts = [torch.ones(1, 2), torch.ones(2, 3)]
    assert concatenate(parts).tolist() == [[1, 1, -100], [1, 1, 1], [1, 1, 1]]
    assert concatenate([]) is None
    assert concatenate([torch.tensor(1), torch.tensor(2)]).tolist() == [1, 2]
    nested = concatenate([({"a": torch.ones(1)}, torch.zeros(1))] * 2)
    assert nested[0]["a"].tolist() == [1, 1]


def test_numbers_become_plain() -> None:
    assert [type(plain(v)) for v in (np.int64(1), torch.tensor(1.0), "x")] == [int, float, str]
