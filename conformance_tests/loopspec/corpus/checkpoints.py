"""Scenarios of the chapter on checkpoints: runs that are taken up again.

In most of them `new` makes a new trainer first, as a new process would.
"""

from __future__ import annotations

from typing import Any

from loopspec.corpus import crashes
from loopspec.scenario import Act, EarlyStopping, Scenario, Scripted
from loopspec.vocabulary import Event


def _resumes(name: str, shows: tuple[int, ...], step: int, **others: Any) -> Scenario:
    """Two epochs of three batches, each step saved; a new trainer goes on after `step`."""
    job: dict[str, Any] = {
        "save_strategy": "steps",
        "save_steps": 1,
        "calls": ("train", "new", f"resume@{step}"),
    }
    rules = tuple(f"CKPT-{number}" for number in shows)
    return Scenario(name=name, shows=rules, **{**job, **others})


_COUNTS = Scripted("counts", stateful=True)
_RESTORED = {"restore_callback_states_from_checkpoint": True}
_EVALUATED = {
    "eval_strategy": "steps",
    "eval_steps": 1,
    "metric_for_best_model": "score",
}
_FLAT = {
    **_EVALUATED,
    "metrics": (1.0,),
    "early_stopping": EarlyStopping(3),
    "num_train_epochs": 3,
}

SCENARIOS: tuple[Scenario, ...] = (
    _resumes("resume-at-an-epoch", (1, 4, 6, 8, 10), 3, num_train_epochs=3),
    _resumes("resume-inside-an-epoch", (1, 4, 6, 8, 10), 2),
    _resumes(
        "resume-with-the-same-trainer",
        (1, 2, 3, 4, 6, 10),
        2,
        calls=("train", "resume@2"),
        **_EVALUATED,
        metrics=(1.0, 3.0, 2.0),
        logging_strategy="steps",
        logging_steps=1,
    ),
    _resumes(
        "resume-with-logs-and-a-best",
        (1, 2, 3, 32),
        4,
        **_EVALUATED,
        metrics=(1.0, 3.0, 2.0),
        logging_strategy="steps",
        logging_steps=3,
    ),
    _resumes(
        "resume-before-a-short-group",
        (6, 7, 8, 10),
        1,
        train_batches=5,
        gradient_accumulation_steps=2,
    ),
    _resumes("resume-under-max-steps", (6, 8, 10), 3, train_batches=4, max_steps=6),
    _resumes("resume-what-is-finished", (12,), 3, num_train_epochs=1),
    _resumes("resume-what-ended-inside-an-epoch", (12,), 4, max_steps=4),
    _resumes(
        "resume-what-was-stopped",
        (26,),
        2,
        callbacks=(Scripted("script", (Act(Event.STEP_END, 2, raises="T"),)),),
        **_RESTORED,
    ),
    _resumes("resume-from-nothing", (13,), 9, may_raise=True),
    _resumes("resume-for-more-steps", (11,), 4, max_steps=4, resumed_with={"max_steps": 7}),
    _resumes(
        "resume-for-more-epochs",
        (11,),
        3,
        num_train_epochs=1,
        resumed_with={"num_train_epochs": 2},
    ),
    _resumes(
        "resume-with-another-interval",
        (14,),
        3,
        logging_strategy="steps",
        logging_steps=2,
        resumed_with={"logging_steps": 1},
    ),
    _resumes("resume-without-skipping", (9,), 2, ignore_data_skip=True),
    _resumes(
        "restore-a-callback", (5, 15, 20), 2, callbacks=(_COUNTS, Scripted("other")), **_RESTORED
    ),
    _resumes(
        "restore-what-was-saved",
        (15, 16),
        2,
        callbacks=(_COUNTS,),
        calls=("train", "train", "new", "resume@2"),
        **_RESTORED,
    ),
    _resumes(
        "restore-two-of-a-class",
        (25,),
        2,
        callbacks=(_COUNTS, Scripted("counts-too", twin="counts", stateful=True)),
        calls=("remove:counts-too", "train", "add:counts-too", "train", "new", "resume@2"),
        **_RESTORED,
    ),
    _resumes("leave-a-callback-alone", (17,), 2, callbacks=(_COUNTS,)),
    _resumes(
        "restore-who-is-gone",
        (18,),
        2,
        may_raise=True,
        callbacks=(_COUNTS, Scripted("other")),
        calls=("train", "remove:counts", "resume@2"),
        **_RESTORED,
    ),
    _resumes(
        "restore-who-is-new",
        (19,),
        2,
        may_raise=True,
        callbacks=(Scripted("counts", given="spare", stateful=True), Scripted("other")),
        calls=("train", "add:counts", "resume@2"),
        **_RESTORED,
    ),
    _resumes("restore-the-patience", (21,), 3, **_FLAT, **_RESTORED),
    _resumes("resume-with-new-patience", (22,), 3, **_FLAT),
    _resumes(
        "keep-the-newest-and-the-best",
        (23, 24),
        4,
        **_EVALUATED,
        metrics=(1.0, 3.0, 2.0),
        load_best_model_at_end=True,
        save_total_limit=2,
        calls=("train",),
    ),
    *crashes.SCENARIOS,
)
