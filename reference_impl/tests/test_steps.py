from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from loopspec_reference import Trainer, TrainerCallback

LOG_EACH = {"logging_strategy": "steps", "logging_steps": 1}


def training_logs(trainer: Trainer) -> list[dict[str, Any]]:
    return [entry for entry in trainer.state.log_history if "loss" in entry]


def test_what_is_logged(build: Callable[..., Trainer]) -> None:
    trainer = build(lr_scheduler_type="linear", **LOG_EACH)
    output = trainer.train()
    logs = training_logs(trainer)
    assert [set(entry) for entry in logs] == [
        {"loss", "grad_norm", "learning_rate", "epoch", "step"}
    ] * 4
    # The rate that the step used, not the next one.
    assert [entry["learning_rate"] for entry in logs] == pytest.approx([0.1, 0.075, 0.05, 0.025])
    assert output.training_loss == pytest.approx(sum(entry["loss"] for entry in logs) / 4)
    names = {"train_runtime", "train_samples_per_second", "train_steps_per_second"}
    assert set(output.metrics) == names | {"total_flos", "train_loss", "epoch"}


def test_accumulated_steps_equal_steps_on_bigger_batches(build: Callable[..., Trainer]) -> None:
    common: dict[str, Any] = {"n": 7, "num_train_epochs": 2, **LOG_EACH}
    small = build(gradient_accumulation_steps=3, dataloader_drop_last=True, **common)
    big = build(per_device_train_batch_size=3, **common)
    small.train()
    big.train()
    for one, other in zip(training_logs(small), training_logs(big), strict=True):
        for key in ("loss", "grad_norm", "step"):
            assert one[key] == pytest.approx(other[key], rel=1e-5)


def test_clipping_bounds_gradients_and_the_log_tells_the_norm_before(
    build: Callable[..., Trainer],
) -> None:
    norms: list[float] = []

    class Watch(TrainerCallback):
        def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **kw: Any) -> None:
            squares = [(p.grad**2).sum() for p in kw["model"].parameters()]
            norms.append(math.sqrt(sum(float(s) for s in squares)))

    for limit in (0.5, 0.0):
        norms.clear()
        trainer = build(n=1, callbacks=[Watch()], max_grad_norm=limit, **LOG_EACH)
        trainer.train()
        logged = training_logs(trainer)[0]["grad_norm"]
        assert logged > 0.5
        assert norms[0] == pytest.approx(limit or logged, rel=1e-4)


def test_what_can_be_seen_of_gradients_weights_and_rate(build: Callable[..., Trainer]) -> None:
    seen: list[tuple[str, bool, bool, float]] = []
    before: list[torch.Tensor] = []

    class Watch(TrainerCallback):
        def look(self, name: str, kw: dict[str, Any]) -> None:
            weight = kw["model"].linear.weight
            before[:] = before or [weight.detach().clone()]
            has_gradient = weight.grad is not None and bool((weight.grad != 0).any())
            changed = not torch.equal(weight, before[0])
            seen.append((name, has_gradient, changed, kw["lr_scheduler"].get_last_lr()[0]))

        def on_step_begin(self, args: Any, state: Any, control: Any, **kw: Any) -> None:
            self.look("begin", kw)

        def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **kw: Any) -> None:
            self.look("before", kw)

        def on_optimizer_step(self, args: Any, state: Any, control: Any, **kw: Any) -> None:
            self.look("after", kw)

        def on_step_end(self, args: Any, state: Any, control: Any, **kw: Any) -> None:
            self.look("end", kw)

    build(n=2, callbacks=[Watch()], lr_scheduler_type="linear").train()
    assert seen[:4] == [
        ("begin", False, False, 0.1),
        ("before", True, False, 0.1),
        ("after", True, True, 0.1),
        ("end", False, True, 0.05),
    ]


class Spoiled(Trainer):
    """The second micro-batch has no finite loss."""

    calls = 0

    def compute_loss(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        loss = super().compute_loss(*args, **kwargs)
        return loss * float("nan") if self.calls == 2 else loss


def test_a_loss_that_is_not_finite_counts_as_the_mean_so_far(
    build: Callable[..., Trainer],
) -> None:
    settings = {"logging_strategy": "steps", "logging_steps": 2, "learning_rate": 0.0}
    clean, spoiled = build(n=2, **settings), build(n=2, trainer_class=Spoiled, **settings)
    open_ = build(n=2, trainer_class=Spoiled, logging_nan_inf_filter=False, **settings)
    for trainer in (clean, spoiled, open_):
        trainer.train()
    assert math.isfinite(training_logs(spoiled)[0]["loss"])
    assert math.isnan(training_logs(open_)[0]["loss"])


def test_reading_the_loss_waits_for_a_log(
    build: Callable[..., Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    trainer = build(n=6, logging_strategy="steps", logging_steps=3)
    item = torch.Tensor.item

    def counting(self: torch.Tensor) -> Any:
        if self.is_floating_point():  # the data loader reads an integer seed
            reads.append(trainer.state.global_step)
        return item(self)

    monkeypatch.setattr(torch.Tensor, "item", counting)
    trainer.train()
    # Loss and norm at each log, and the rest of the loss at the end.
    assert reads == [3, 3, 6, 6, 6]


def test_a_schedule_on_a_metric_steps_after_evaluations(
    build: Callable[..., Trainer], line: Any
) -> None:
    model = line()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", patience=0)
    trainer = build(
        scores=[1.0],
        trainer_settings={"model": model, "optimizers": (optimizer, plateau)},
        eval_strategy="steps",
        eval_steps=1,
        metric_for_best_model="score",
        **LOG_EACH,
    )
    trainer.train()
    rates = [entry["learning_rate"] for entry in training_logs(trainer)]
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.001])


def test_operations_and_tokens_are_counted_where_the_model_can_tell(
    build: Callable[..., Trainer], line: Any
) -> None:
    class Telling(line):  # type: ignore[misc]
        main_input_name = "x"

        def num_parameters(self, exclude_embeddings: bool) -> int:
            return 3

    trainer = build(trainer_settings={"model": Telling()}, include_num_input_tokens_seen=True)
    metrics = trainer.train().metrics
    assert metrics["total_flos"] == 4 * 6 * 2 * 3
    assert metrics["num_input_tokens_seen"] == trainer.state.num_input_tokens_seen == 8


def test_only_tokens_that_are_no_padding_count_on_request(
    build: Callable[..., Trainer], line: Any
) -> None:
    class Tokenizer:
        pad_token_id = 0

    class Telling(line):  # type: ignore[misc]
        main_input_name = "x"

    data = [{"x": torch.tensor([1.0, 0.0]), "labels": torch.ones(1)}] * 4
    trainer = build(
        trainer_settings={
            "model": Telling(),
            "train_dataset": data,
            "processing_class": Tokenizer(),
        },
        include_num_input_tokens_seen="non_padding",
    )
    trainer.train()
    assert trainer.state.num_input_tokens_seen == 4
