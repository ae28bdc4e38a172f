"""The same job on transformers' Trainer and on this one: the same events and the same logs.

Compared for each event are its name, the step, the epoch and the flags as a callback finds them,
and of each log all values but times. The two differ, on purpose, in what is listed in
`LEAKS` and `FINISHED` below.
"""

from __future__ import annotations

import contextlib
import gc
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import loopspec_reference

transformers = pytest.importorskip("transformers")

STEPS = {"logging_strategy": "steps", "eval_strategy": "steps", "save_strategy": "steps"}
BEST = {
    "eval_strategy": "steps",
    "eval_steps": 1,
    "metric_for_best_model": "score",
    "greater_is_better": True,
}
EPOCH = dict.fromkeys(("logging_strategy", "eval_strategy", "save_strategy"), "epoch")
LOG_EACH = {"logging_strategy": "steps", "logging_steps": 1}
SAVE_EACH = {"save_strategy": "steps", "save_steps": 1}

CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "plain": {"n": 3, "num_train_epochs": 2},
    "log_every": {"n": 3, "num_train_epochs": 2, **LOG_EACH},
    "ga2_even": {"n": 4, "num_train_epochs": 2, "gradient_accumulation_steps": 2, **LOG_EACH},
    "ga3_tail": {"n": 5, "num_train_epochs": 2, "gradient_accumulation_steps": 3, **LOG_EACH},
    "ga4_short": {"n": 3, "num_train_epochs": 2, "gradient_accumulation_steps": 4, **LOG_EACH},
    "steps_all": {"n": 4, **STEPS, "logging_steps": 2, "eval_steps": 2, "save_steps": 2},
    "steps_odd_end": {"n": 5, **STEPS, "logging_steps": 2, "eval_steps": 2, "save_steps": 2},
    "epoch_all": {"n": 2, "num_train_epochs": 2, **EPOCH},
    "epoch_and_steps_log": {"n": 2, "num_train_epochs": 2, **EPOCH, **LOG_EACH},
    "max_steps_mid": {"n": 4, "max_steps": 6, **EPOCH, **LOG_EACH, "logging_steps": 4},
    "fraction_of_an_epoch": {"n": 4, "num_train_epochs": 1.5, **EPOCH},
    "save_best": {"n": 4, "scores": [1.0, 3.0, 2.0, 4.0], **BEST, "save_strategy": "best"},
    "save_best_and_load": {
        "n": 4,
        "scores": [1.0, 3.0, 2.0, 2.0],
        **BEST,
        "save_strategy": "best",
        "load_best_model_at_end": True,
        "save_total_limit": 1,
    },
    "eval_on_start": {"n": 2, "eval_strategy": "epoch", "eval_on_start": True},
    "eval_delay": {"n": 4, "eval_strategy": "steps", "eval_steps": 1, "eval_delay": 3},
    "ratio_steps": {"n": 10, **STEPS, "logging_steps": 0.3, "eval_steps": 0.25, "save_steps": 0.5},
    "logging_first": {"n": 5, **LOG_EACH, "logging_first_step": True, "logging_steps": 3},
    "eval_dict": {"n": 2, "eval_strategy": "epoch", "eval_dict": True},
    "evaluate_predict": {
        "n": 2,
        "then": ["evaluate", "predict", "train", "evaluate", "predict"],
        "scores": [1.0],
    },
    "train_twice": {"n": 2, **LOG_EACH, "then": ["train", "train"]},
    "warmup_and_decay": {
        "n": 6,
        **LOG_EACH,
        "lr_scheduler_type": "linear",
        "warmup_steps": 2,
        "weight_decay": 0.1,
        "max_grad_norm": 0.0,
    },
    "sgd": {"n": 4, **LOG_EACH, "optim": "sgd", "max_grad_norm": 0.5},
    "early_stop": {
        "n": 8,
        "scores": [1.0, 2.0, 2.0, 1.5, 3.0],
        "early_stopping": 2,
        **BEST,
        **SAVE_EACH,
        "load_best_model_at_end": True,
    },
    "resume_epoch_boundary": {"n": 3, "num_train_epochs": 2, **SAVE_EACH, "then": ["train", 3]},
    "resume_mid_epoch": {
        "n": 3,
        "num_train_epochs": 2,
        **SAVE_EACH,
        **LOG_EACH,
        "then": ["train", 2],
    },
    "resume_mid_epoch_ga": {
        "n": 5,
        "num_train_epochs": 2,
        "gradient_accumulation_steps": 2,
        **SAVE_EACH,
        **LOG_EACH,
        "then": ["train", 1],
    },
    "resume_finished": {"n": 3, **SAVE_EACH, "then": ["train", 3]},
    "resume_without_skip": {"n": 3, **SAVE_EACH, "ignore_data_skip": True, "then": ["train", 2]},
    "iterable": {"n": 3, "stream": True, "max_steps": 5, **LOG_EACH},
    "stop_in_train_begin": {"n": 3, "set": ("on_train_begin", "should_training_stop")},
    "stop_in_substep": {
        "n": 6,
        "num_train_epochs": 2,
        "gradient_accumulation_steps": 3,
        "set": ("on_substep_end", "should_epoch_stop"),
    },
    "finished_in_mid_epoch": {"n": 4, "max_steps": 3, **SAVE_EACH, "then": ["train", 3]},
}
GRID_EVENTS = set(loopspec_reference.callback.EVENTS) - {"on_predict", "on_push_begin"}
for _event in sorted(GRID_EVENTS):
    for _flag in loopspec_reference.control.FLAGS:
        CONFIGURATIONS[f"{_flag} in {_event}"] = {
            "n": 4,
            "num_train_epochs": 2,
            "gradient_accumulation_steps": 2,
            **STEPS,
            "logging_steps": 2,
            "eval_steps": 2,
            "save_steps": 2,
            "save_only_model": True,  # nothing is resumed here, and it is faster
            "set": (_event, _flag),
        }

#: Steps that a stop cuts short leave gradients and loss behind there, and nothing here.
LEAKS = {"stop_in_substep"} | {
    f"{flag} in {event}"
    for flag in ("should_training_stop", "should_epoch_stop")
    for event in ("on_train_begin", "on_epoch_begin", "on_step_begin", "on_substep_end")
} - {"should_epoch_stop in on_train_begin"}
#: Resuming a run whose last step was inside an epoch makes one step too many there.
FINISHED = {"finished_in_mid_epoch"}


class SetOnce:
    """Sets a flag at the first occurrence of an event."""

    def __init__(self, event: str, flag: str) -> None:
        self.waiting = True
        for name in loopspec_reference.callback.EVENTS:
            setattr(self, name, self._method(flag if name == event else None))

    def _method(self, flag: str | None) -> Callable[..., None]:
        def method(args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if flag and self.waiting:
                self.waiting = False
                setattr(control, flag, True)

        return method


class Job:
    """Runs one configuration on either library, each in its own folder."""

    def __init__(self, folder: Path, line: Any, numbers: Any, stream: Any) -> None:
        self.folder, self.line, self.numbers, self.stream = folder, line, numbers, stream

    def run(self, library: Any, recorder: Any, configuration: dict[str, Any]) -> list[Any]:
        """The logs of the run, without times; its events are in the recorder."""
        settings = dict(configuration)
        n, then = settings.pop("n"), settings.pop("then", ["train"])
        data = (self.stream if settings.pop("stream", False) else self.numbers)(n)
        held_out: Any = self.numbers(4)
        if settings.pop("eval_dict", False):
            held_out = {"a": held_out, "b": self.numbers(3)}
        callbacks = [recorder]
        if patience := settings.pop("early_stopping", None):
            callbacks.append(library.EarlyStoppingCallback(patience))
        if flag := settings.pop("set", None):
            callbacks.append(SetOnce(*flag))
        left = list(settings.pop("scores", []))
        compute = (lambda _: {"score": left.pop(0) if len(left) > 1 else left[0]}) if left else None
        folder = self.folder / library.__name__
        common = {
            "output_dir": str(folder),
            "per_device_train_batch_size": 1,
            "per_device_eval_batch_size": 2,
            "num_train_epochs": 1,
            "learning_rate": 0.1,
            "lr_scheduler_type": "constant",
            "logging_strategy": "no",
            "save_strategy": "no",
            "report_to": "none",
            "disable_tqdm": True,
            "use_cpu": True,
            "seed": 0,
        }
        trainer = library.Trainer(
            self.line(),
            library.TrainingArguments(**{**common, **settings}),
            train_dataset=data,
            eval_dataset=held_out,
            compute_metrics=compute,
            callbacks=callbacks,
        )
        for action in then:
            if isinstance(action, int):
                trainer.train(resume_from_checkpoint=str(folder / f"checkpoint-{action}"))
            elif action == "predict":
                trainer.predict(self.numbers(4))
            else:
                getattr(trainer, action)()
        return [
            {k: v for k, v in entry.items() if not k.endswith(("_runtime", "_second", "_time"))}
            for entry in trainer.state.log_history
        ]


@pytest.fixture(scope="module", autouse=True)
def cheap_collections() -> Iterator[None]:
    """Accelerate collects garbage at each train(); keep it from walking all that was imported."""
    assert transformers.Trainer  # loaded lazily
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def job(tmp_path: Path, line: Any, numbers: Any, stream: Any) -> Job:
    return Job(tmp_path, line, numbers, stream)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_events_and_logs_are_the_same(name: str, job: Job, recorder: Any) -> None:
    theirs, ours = recorder, type(recorder)()
    with contextlib.redirect_stdout(io.StringIO()):
        their_logs = job.run(transformers, theirs, CONFIGURATIONS[name])
        our_logs = job.run(loopspec_reference, ours, CONFIGURATIONS[name])
    if name in FINISHED:
        assert theirs.codes.endswith("TB EB SB PO OS SE SV EE LG TE")
        assert ours.codes.endswith("TE TB LG TE")
        return
    assert ours.rows == theirs.rows
    if any(isinstance(action, int) for action in CONFIGURATIONS[name].get("then", [])):
        # That of a resumed run is the mean of its own updates there, of all updates here.
        for row in (our_logs[-1], their_logs[-1]):
            row["train_loss"] = "any"
    assert (our_logs == their_logs) == (name not in LEAKS)
