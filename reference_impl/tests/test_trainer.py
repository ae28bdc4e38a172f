from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from loopspec_reference import DefaultFlowCallback, Trainer, TrainerCallback, TrainerControl

STEP = "SB PO OS SE "


class At(TrainerCallback):
    """Does something at the first occurrence of one event."""

    def __init__(self, event: str, action: Callable[..., Any]) -> None:
        self.done = False

        def method(args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
            if not self.done:
                self.done = True
                return action(state=state, control=control, **kwargs)
            return None

        setattr(self, event, method)


def raising(flag: str) -> Callable[..., None]:
    return lambda control, **_: setattr(control, flag, True)


def test_a_plain_run(build: Callable[..., Trainer], recorder: Any) -> None:
    trainer = build(n=2, callbacks=[recorder], num_train_epochs=2)
    output = trainer.train()
    assert recorder.codes == "IE TB " + ("EB " + STEP * 2 + "EE ") * 2 + "LG TE"
    assert output.global_step == trainer.state.global_step == 4
    assert [row[2] for row in recorder.rows if row[0] == "SE"] == [0.5, 1.0, 1.5, 2.0]
    assert not trainer.is_in_train


@pytest.mark.parametrize(
    ("event", "flag", "sequence"),
    [
        ("on_train_begin", "should_training_stop", "EB SB SUB EE"),
        ("on_substep_end", "should_epoch_stop", "EB SB SUB EE EB SB SUB PO OS SE EE"),
        ("on_step_end", "should_save", "EB SB SUB PO OS SE SV EE EB SB SUB PO OS SE EE"),
        ("on_init_end", "should_training_stop", "EB SB SUB PO OS SE EE EB SB SUB PO OS SE EE"),
        (
            "on_epoch_end",
            "should_evaluate",
            "EB SB SUB PO OS SE EE ps ps LG EV EB SB SUB PO OS SE EE",
        ),
    ],
)
def test_requests_are_served_at_their_moment(
    build: Callable[..., Trainer], recorder: Any, event: str, flag: str, sequence: str
) -> None:
    callbacks = [recorder, At(event, raising(flag))]
    build(n=2, callbacks=callbacks, num_train_epochs=2, gradient_accumulation_steps=2).train()
    assert recorder.codes == f"IE TB {sequence} LG TE"


def test_a_step_that_was_cut_short_leaves_no_gradient_and_no_loss(
    build: Callable[..., Trainer],
) -> None:
    norms: list[float] = []
    settings: dict[str, Any] = {
        "n": 4,
        "num_train_epochs": 2,
        "gradient_accumulation_steps": 4,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "learning_rate": 0.0,
    }

    class Measures(TrainerCallback):
        def on_epoch_end(self, args: Any, state: Any, control: Any, **kw: Any) -> None:
            norms.append(
                sum(float(p.grad.norm()) for p in kw["model"].parameters() if p.grad is not None)
            )

    clean = build(callbacks=[Measures()], **settings)
    clean.train()
    cut = build(
        callbacks=[Measures(), At("on_substep_end", raising("should_epoch_stop"))], **settings
    )
    cut.train()
    assert norms == [0.0] * 4
    first, second = clean.state.log_history[0], cut.state.log_history[0]
    for key in ("loss", "grad_norm"):
        assert first[key] == pytest.approx(second[key], rel=1e-5)


def test_a_returned_control_replaces_the_one_before(build: Callable[..., Trainer]) -> None:
    fresh = TrainerControl()
    # It comes after DefaultFlow, so the stop at the last planned step is lost with the old one.
    trainer = build(n=4, callbacks=[At("on_step_end", lambda **_: fresh)], max_steps=1)
    trainer.train()
    assert trainer.control is fresh
    assert trainer.state.global_step == 2


def test_a_wrong_answer_stops_training_at_once(build: Callable[..., Trainer]) -> None:
    trainer = build(callbacks=[At("on_step_begin", lambda **_: False)])
    with pytest.raises(TypeError, match=r"At\.on_step_begin returned a value of type bool"):
        trainer.train()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, StopIteration])
def test_an_exception_ends_training_without_further_events(
    build: Callable[..., Trainer], recorder: Any, error: type[BaseException]
) -> None:
    def fail(**_: Any) -> None:
        raise error

    trainer = build(n=1, callbacks=[recorder, At("on_optimizer_step", fail)])
    with pytest.raises(error):
        trainer.train()
    assert recorder.codes == "IE TB EB SB PO OS"
    assert not trainer.is_in_train
    recorder.rows.clear()
    assert trainer.train().global_step == 1
    assert recorder.codes == "TB EB SB PO OS SE EE LG TE"


def test_a_second_run_begins_anew_and_keeps_the_weights(
    build: Callable[..., Trainer], recorder: Any
) -> None:
    trainer = build(n=2, callbacks=[recorder], logging_strategy="steps", logging_steps=1)
    trainer.train()
    first, weight = trainer.state, trainer.model.state_dict()["linear.weight"].clone()
    optimizer, scheduler = trainer.optimizer, trainer.lr_scheduler
    trainer.train()
    assert recorder.codes.split().count("IE") == 1
    assert trainer.state is not first
    assert [entry["step"] for entry in trainer.state.log_history] == [1, 2, 2]
    assert trainer.optimizer is optimizer
    assert trainer.lr_scheduler is not scheduler
    assert not torch.equal(weight, trainer.model.state_dict()["linear.weight"])


def test_the_state_is_live(build: Callable[..., Trainer]) -> None:
    def shorten(state: Any, **_: Any) -> None:
        state.max_steps = 2

    assert build(n=6, callbacks=[At("on_train_begin", shorten)]).train().global_step == 2


def test_without_the_default_flow_only_epochs_end_a_run(build: Callable[..., Trainer]) -> None:
    trainer = build(n=4, max_steps=6)
    trainer.remove_callback(DefaultFlowCallback)
    assert trainer.train().global_step == 8


def test_no_epochs_no_steps(build: Callable[..., Trainer], recorder: Any) -> None:
    build(callbacks=[recorder], num_train_epochs=0).train()
    assert recorder.codes == "IE TB LG TE"


def test_an_iterable_begins_again_until_max_steps(
    build: Callable[..., Trainer], recorder: Any, stream: Any
) -> None:
    settings = {"train_dataset": stream(3)}
    build(callbacks=[recorder], trainer_settings=settings, max_steps=5).train()
    assert recorder.codes == "IE TB EB " + STEP * 3 + "EE EB " + STEP * 2 + "EE LG TE"


def test_a_partial_step_at_the_end_of_an_iterable(
    build: Callable[..., Trainer], recorder: Any, stream: Any
) -> None:
    build(
        callbacks=[recorder],
        trainer_settings={"train_dataset": stream(3)},
        max_steps=2,
        gradient_accumulation_steps=2,
    ).train()
    full = "SB SUB PO OS SE "
    assert recorder.codes == f"IE TB EB {full}SB SUB EE EB {full}EE LG TE"


def test_an_epoch_without_batches_stops_training(
    build: Callable[..., Trainer], recorder: Any, stream: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"train_dataset": stream(0)}
    build(callbacks=[recorder], trainer_settings=settings, max_steps=5).train()
    assert recorder.codes == "IE TB EB EE LG TE"
    assert recorder.rows[-1][3] == "T"
    assert caplog.messages == [
        "There is not a single batch to train on; stopping at step 0 of 5. An iterable dataset "
        "that can be iterated only once does this."
    ]


def test_is_in_train_until_the_last_event(build: Callable[..., Trainer]) -> None:
    seen: list[bool] = []
    trainer = build(callbacks=[At("on_train_end", lambda **_: seen.append(trainer.is_in_train))])
    trainer.train()
    assert seen == [True]


def test_a_training_step_may_be_wrapped(build: Callable[..., Trainer]) -> None:
    class Counting(Trainer):
        count = 0

        def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Any:
            self.count += 1
            return super().training_step(model, inputs, num_items_in_batch)

        def compute_loss(
            self,
            model: Any,
            inputs: Any,
            return_outputs: bool = False,
            num_items_in_batch: Any = None,
        ) -> Any:
            labels = inputs.pop("labels")
            outputs = model(**inputs)
            loss = ((outputs["logits"] - labels) ** 2).mean()
            return (loss, outputs) if return_outputs else loss

    trainer = build(trainer_class=Counting)
    plain = build()
    assert trainer.train().training_loss == plain.train().training_loss
    assert trainer.count == 4  # type: ignore[attr-defined]


def test_gradients_are_exchanged_at_the_last_micro_batch_of_a_group(
    build: Callable[..., Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Any, bool]] = []

    def noting(model: Any, last: bool) -> Any:
        told.append((model, last))
        return contextlib.nullcontext()

    monkeypatch.setattr("loopspec_reference.distributed.accumulating", noting)
    trainer = build(n=5, gradient_accumulation_steps=3)
    trainer.train()
    assert [last for _, last in told] == [False, False, True, False, True]
    assert all(model is trainer.model_wrapped for model, _ in told)


def test_speeds_are_of_the_samples_and_steps_of_this_very_run(
    build: Callable[..., Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Any, ...]] = []

    def noting(split: str, start: float, samples: Any = None, steps: Any = None) -> dict[str, Any]:
        told.append((split, samples, steps))
        return {}

    monkeypatch.setattr("loopspec_reference.trainer.speed_metrics", noting)
    settings = {"per_device_train_batch_size": 2, "save_strategy": "steps", "save_steps": 1}
    build(n=8, **settings).train()
    resumed = build(n=8, **settings)
    resumed.train(str(Path(resumed.args.output_dir, "checkpoint-1")))
    build(n=8, num_train_epochs=0).train()
    assert told == [("train", 8, 4), ("train", 6, 3), ("train", 0, 0)]
