"""Who stops when: each framework's own early stopping, and what a request to stop does in it.

`python tools/early_stopping.py [NAMES]` runs the subjects in their environments and writes what
came out into `results/early-stopping/` (`--check` tells what is not as committed), of which
`tools/write_early_stopping.py` makes the page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from environments import python_of, run_in
from matrix import rows
from writing import ROOT, settle

from loopspec import Act, Capability, EarlyStopping, Event, Scenario, Scripted, Subject, Trace
from loopspec.recording import provenance, record
from loopspec.targets import resolve

KEPT = ROOT / "results" / "early-stopping"
WITHOUT_FINITE = "lightning, check_finite=False"
SUBJECTS = (
    "transformers",
    "lightning",
    WITHOUT_FINITE,
    "keras",
    "ignite",
    "fastai",
    "skorch",
    "pytorch-accelerated",
    "poutyne",
)

SEQUENCES: dict[str, tuple[Any, ...]] = {
    "S1": (1.0, 0.9, 0.95, 0.95, 0.8, 0.85, 0.85, 0.85, 0.85),
    "S2": (1.0,) * 8,
    "S3": (1.0, 0.96, 0.92, 0.88, 0.84, 0.8, 0.76, 0.72),
    "S4": (1.0, 0.75, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25),
    "S5": (1.0, 0.9, "nan", 0.8, 0.8, 0.8, 0.8, 0.8),
    "S6": ("nan", 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8),
    "S7": (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7),
}
"""A metric of which less is better, one value for each epoch."""

CASES: tuple[tuple[str, int, float], ...] = (
    ("S1", 1, 0.0),
    ("S1", 1, 0.05),
    ("S1", 2, 0.0),
    ("S1", 2, 0.05),
    ("S1", 3, 0.0),
    ("S1", 3, 0.05),
    ("S2", 0, 0.0),
    ("S2", 1, 0.0),
    ("S2", 2, 0.0),
    ("S3", 1, 0.05),
    ("S3", 2, 0.05),
    ("S3", 3, 0.05),
    ("S4", 1, 0.25),
    ("S4", 2, 0.25),
    ("S5", 1, 0.0),
    ("S5", 2, 0.0),
    ("S6", 1, 0.0),
    ("S6", 2, 0.0),
    ("S7", 1, 0.0),
    ("S7", 2, 0.0),
)
"""Sequence, patience and threshold."""

REQUESTS: dict[str, Act | None] = {
    "nothing": None,
    "batch 2": Act(Event.STEP_END, 2, raises="T"),
    "train begin": Act(Event.TRAIN_BEGIN, raises="T"),
    "epoch begin 1": Act(Event.EPOCH_BEGIN, raises="T"),
    "validation 1": Act(Event.EVALUATE, raises="T"),
    "epoch end 1": Act(Event.EPOCH_END, raises="T"),
    "batch 2, for the epoch": Act(Event.STEP_END, 2, raises="E"),
}
"""Where a callback asks for a stop of training or of the epoch, in three epochs of four batches."""

_LETTERS = {
    Event.TRAIN_BEGIN: "(",
    Event.EPOCH_BEGIN: "e",
    Event.STEP_END: "B",
    Event.EVALUATE: "V",
    Event.EPOCH_END: "E",
    Event.TRAIN_END: ")",
}


def case(sequence: str, patience: int, threshold: float) -> Scenario:
    """One evaluation an epoch, of which early stopping sees the sequence."""
    return Scenario(
        name=f"{sequence} p={patience} d={threshold:g}",
        num_train_epochs=len(SEQUENCES[sequence]),
        train_batches=1,
        eval_batches=1,
        eval_strategy="epoch",
        metrics=SEQUENCES[sequence],
        metric_for_best_model="score",
        greater_is_better=False,
        early_stopping=EarlyStopping(patience, threshold),
    )


def request(act: Act | None, *calls: str) -> Scenario:
    return Scenario(
        name="request",
        num_train_epochs=3,
        train_batches=4,
        eval_batches=1,
        eval_strategy="epoch",
        callbacks=(Scripted("asks", (act,) if act else ()),),
        calls=calls or ("train",),
    )


def found(subject: Subject) -> dict[str, Any]:
    """What came out: the evaluation with which each run of `CASES` ended (None: an error), and the
    events of each run of `REQUESTS` (None: there is no such request)."""
    by = provenance(subject)
    return {
        "subject": by.subject,
        "version": by.version,
        "packages": by.packages,
        "early_stopping": {
            scenario.name: ended(record(subject, scenario))
            for scenario in (case(*one) for one in CASES)
        },
        "requests": dict(_requests(subject)),
    }


def ended(trace: Trace) -> int | None:
    """The number of the epoch, and with it of the evaluation, with which a run ended."""
    return len(trace.of(Event.EPOCH_BEGIN)) if trace.outcome.kind == "completed" else None


def _requests(subject: Subject) -> Iterator[tuple[str, str | None]]:
    for name, act in REQUESTS.items():
        lacks = (
            Capability.EPOCH_STOP if act and act.raises == "E" else Capability.EVALUATION
        ) not in subject.capabilities
        asked = act is not None and (act.raises == "E" or act.event is Event.EVALUATE)
        yield name, None if asked and lacks else letters(record(subject, request(act)))
    again = record(subject, request(REQUESTS["batch 2"], "train", "train"))
    second = [r for r in again.of(Event.EPOCH_BEGIN) if r.call == 2]
    yield "second fit after batch 2", f"{len(second)} of 3 epochs"


def letters(trace: Trace) -> str:
    """A run in one word: a letter for each event, X where an exception reached the caller."""
    word = "".join(_LETTERS.get(record.event, "") for record in trace.records)
    return word + "X" * (trace.outcome.kind != "completed")


def of(name: str) -> Subject:
    if name == WITHOUT_FINITE:
        subject: Any = resolve("lightning")
        subject.check_finite = False
        return subject
    return resolve(name)


def path_of(name: str) -> Path:
    return KEPT / f"{name.replace(', ', '-').replace('=', '-')}.json"


def main() -> int:
    names = [name for name in sys.argv[1:] if not name.startswith("--")]
    if "--here" in sys.argv:
        print(json.dumps(found(of(names[0]))))
        return 0
    where = {row.name: row.environment for row in reversed(rows())}  # the first that it names
    wanted = {}
    for name in names or SUBJECTS:
        python = python_of(where[name.partition(",")[0]])
        done = run_in(python, __file__, "--here", name)
        if done.returncode:
            raise SystemExit(f"{name}: {done.stderr.strip().splitlines()[-1]}")
        made = json.loads(done.stdout.strip().splitlines()[-1])
        wanted[path_of(name)] = json.dumps(made, indent=1) + "\n"
    return settle(wanted, "python tools/early_stopping.py")


if __name__ == "__main__":
    sys.exit(main())
