from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils.data import IterableDataset

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


@pytest.mark.parametrize("spoiled", [2, 4])
def test_the_mean_so_far_is_of_the_steps_since_the_last_log(
    build: Callable[..., Trainer], spoiled: int
) -> None:
    """The step that is counted in is the one that the loss is of."""

    class Spoils(Spoiled):
        def compute_loss(self, *args: Any, **kwargs: Any) -> Any:
            return Trainer.compute_loss(self, *args, **kwargs) * (
                float("nan") if self.state.global_step == spoiled - 1 else 1
            )

    clean = build(learning_rate=0.0, **LOG_EACH)
    trainer = build(
        trainer_class=Spoils, learning_rate=0.0, logging_strategy="steps", logging_steps=2
    )
    clean.train()
    trainer.train()
    one = training_logs(clean)[spoiled - 2]["loss"]
    assert training_logs(trainer)[spoiled // 2 - 1]["loss"] == pytest.approx((one + one / 2) / 2)


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


def test_the_evaluation_before_training_moves_no_schedule(
    build: Callable[..., Trainer], line: Any
) -> None:
    model = line()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", patience=0)
    trainer = build(
        n=1,
        scores=[1.0],
        trainer_settings={"model": model, "optimizers": (optimizer, plateau)},
        eval_on_start=True,
        eval_strategy="steps",
        eval_steps=1,
        metric_for_best_model="score",
    )
    trainer.train()
    assert optimizer.param_groups[0]["lr"] == 0.1


class Once(IterableDataset[Any]):
    """Two batches, the first time that it is iterated."""

    def __init__(self, numbers: Any) -> None:
        self.left = [numbers(2)[0], numbers(2)[1]]

    def __iter__(self) -> Any:
        while self.left:
            yield self.left.pop()


def test_a_log_in_an_epoch_without_steps_tells_the_rate_to_come(
    build: Callable[..., Trainer], numbers: Any
) -> None:
    class Asks(TrainerCallback):
        def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            control.should_log = state.epoch > 0 and control.should_training_stop

    trainer = build(
        callbacks=[Asks()],
        trainer_settings={"train_dataset": Once(numbers)},
        max_steps=5,
        lr_scheduler_type="linear",
    )
    trainer.train()
    (entry,) = training_logs(trainer)
    assert entry["learning_rate"] == pytest.approx(0.1 * 3 / 5)
    assert "grad_norm" not in entry


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


def test_operations_add_up_from_log_to_log_and_leave_embeddings_out(
    build: Callable[..., Trainer], line: Any
) -> None:
    class Telling(line):  # type: ignore[misc]
        main_input_name = "x"

        def num_parameters(self, exclude_embeddings: bool) -> int:
            return 3 if exclude_embeddings is True else 1000

    trainer = build(trainer_settings={"model": Telling()}, **LOG_EACH)
    assert trainer.train().metrics["total_flos"] == 4 * 6 * 2 * 3


class Tokens(torch.nn.Module):
    """Has `input_ids`, as models have that do not say otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def num_parameters(self, exclude_embeddings: bool) -> int:
        return 1

    def forward(
        self, input_ids: torch.Tensor, labels: torch.Tensor, attention_mask: Any = None
    ) -> Any:
        return {"loss": (self.weight * input_ids).sum()}


class Padding:
    pad_token_id = 0


@pytest.mark.parametrize(
    ("kind", "mask", "tokenizer", "expected"),
    [
        ("no", True, Padding(), 0),
        ("all", True, Padding(), 3),
        ("all", False, Padding(), 3),
        ("non_padding", True, Padding(), 1),
        ("non_padding", False, Padding(), 2),
        ("non_padding", False, None, 3),
    ],
)
def test_which_tokens_count(
    build: Callable[..., Trainer], kind: str, mask: bool, tokenizer: Any, expected: int
) -> None:
    sample = {"input_ids": torch.tensor([5, 7, 0]), "labels": torch.ones(1)}
    if mask:
        sample["attention_mask"] = torch.tensor([1, 0, 0])
    given = {"model": Tokens(), "train_dataset": [sample], "processing_class": tokenizer}
    trainer = build(trainer_settings=given, include_num_input_tokens_seen=kind)
    metrics = trainer.train().metrics
    assert trainer.state.num_input_tokens_seen == expected
    assert metrics["total_flos"] == 6 * 3


def test_what_the_user_says_of_an_evaluation_or_a_step_gets_there(
    build: Callable[..., Trainer],
) -> None:
    told: list[Any] = []

    class Listens(Trainer):
        def evaluate(self, *args: Any, **kwargs: Any) -> Any:
            told.append(kwargs["ignore_keys"])
            return super().evaluate(*args, **kwargs)

        def compute_loss(self, *args: Any, **kwargs: Any) -> Any:
            told.append(kwargs["num_items_in_batch"])
            return super().compute_loss(*args, **kwargs)

    class Asks(TrainerCallback):
        def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            control.should_evaluate = True

    settings = {"eval_on_start": True, "eval_strategy": "steps", "eval_steps": 1}
    trainer = build(n=1, trainer_class=Listens, callbacks=[Asks()], **settings)
    trainer.train(ignore_keys_for_eval=["logits"])
    assert [one for one in told if one] == [["logits"]] * 3
    trainer.training_step(trainer.model, trainer.train_dataset[0], 7)
    assert told[-1] == 7


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
