"""Writes `docs/early-stopping.md` from what is kept in `results/early-stopping/` (`--check` only
looks)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from early_stopping import (
    CASES,
    REQUESTS,
    SEQUENCES,
    SUBJECTS,
    WITHOUT_FINITE,
    case,
    path_of,
)
from writing import ROOT, settle

PAGE = ROOT / "docs" / "early-stopping.md"

HEAD = """# Early stopping, framework by framework

Each framework's own early-stopping callback, run for real on the same metric: one evaluation an
epoch, lower is better. A cell is the evaluation, counted from 1, with which the run ended; in
brackets, it ran to its end. Where a cell differs from transformers' it is bold.

`python tools/early_stopping.py` runs them, each in its environment of `make matrix`, through the
adapters by which they are judged; what came out is kept in
[`results/early-stopping/`](../results/early-stopping) with the versions, and this page is written
from it. transformers' rules are [chapter 7](../spec/07-early-stopping.md).
"""

READING = """All want a strict improvement: a gain of just the threshold is none (S4, patience 1).

- **Small gains.** transformers and Ignite take any better value for the best one, so that gains
  which are each below the threshold never add up (S3, S4 with patience 2); Ignite has
  `cumulative` for the other way, transformers has not. The others keep the last value that
  was better by the threshold. The rule is STOP-14, a MAY.
- **NaN at first (S6).** Keras and pytorch-accelerated take it for the best value, which nothing
  beats from then on. Lightning without `check_finite`, fastai, skorch and Poutyne compare with
  infinity at first, so it is a miss. Lightning as it comes stops at once at what is not finite.
  transformers and Ignite go on with the first number. The rule is STOP-13.
- **NaN later (S5).** A miss everywhere but in Ignite, to which whatever is not less than the best
  is an improvement, and in Lightning, which stops at once.
- **Patience 0.** transformers, skorch and pytorch-accelerated stop at the first evaluation, Ignite
  refuses it. The rule is STOP-16, a MAY.

The thresholds are absolute: skorch's, which is relative unless told otherwise, was told so.
"""

STOPS = """## What a request to stop does

Three epochs of four batches, each with a validation; a callback asks for a stop of training at the
place in the first column, by the framework's own means. `(` the run begins, `e` an epoch, `B` a
batch ends, `V` a validation, `E` an epoch, `)` the run; X is an exception that reached the caller.
`-`: there is no such request.
"""

NOTES = """\
- The events that close an epoch are kept by transformers, Lightning and Keras, and dropped by
  Ignite, fastai, skorch and pytorch-accelerated. Poutyne looks at its flag at the end of an epoch
  only.
- transformers, Keras and Poutyne run a batch, or all of an epoch, after a stop that was asked for
  before the first batch; the others none. Where the request is an exception, raised before a
  `try` has begun, it reaches the caller (skorch, pytorch-accelerated).
- Lightning and Ignite go on with their counts when they are run once more: the epoch that was cut
  counts as done. Had it been stopped before its first epoch, Lightning would make all three.
- Of the two hooks of pytorch-accelerated that end an epoch the one before the validation is shown,
  `on_train_epoch_end`; `on_training_run_epoch_end` comes after it, and not at all after a stop.
- Ignite has its validation where its user attaches it: here behind the handlers of EPOCH_COMPLETED.
- skorch tells of no validation's end.
"""


def page(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of the page."""
    versions = ", ".join(f"{name.partition(',')[0]} {r['version']}" for name, r in results.items())
    versions = ", ".join(dict.fromkeys(versions.split(", ")))
    sequences = "\n".join(
        f"| {name} | {' '.join(map(str, values))} |" for name, values in SEQUENCES.items()
    )
    asked = [*REQUESTS, "second fit after batch 2"]
    stopped = [name for name in results if name != WITHOUT_FINITE]
    first = results[SUBJECTS[0]]
    parts = [
        HEAD + f"\nRun with {versions}.",
        f"| sequence | values |\n|---|---|\n{sequences}",
        _table("sequence, patience p, threshold d", _stopped(results), list(results)),
        READING.rstrip(),
        STOPS.rstrip(),
        _table(
            "asked for in",
            {name: [results[s]["requests"][name] or "-" for s in stopped] for name in asked},
            stopped,
            code=True,
        ),
        NOTES.rstrip(),
    ]
    assert first["subject"] == "transformers", "it is what the others are compared with"
    return "\n\n".join(parts) + "\n"


def _stopped(results: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {}
    for sequence, patience, threshold in CASES:
        name = case(sequence, patience, threshold).name
        whole = len(SEQUENCES[sequence])
        values = [result["early_stopping"][name] for result in results.values()]
        told = ["error" if v is None else f"({v})" if v == whole else str(v) for v in values]
        lines[name] = [
            t if v == values[0] else f"**{t}**" for v, t in zip(values, told, strict=True)
        ]
    return lines


def _table(
    corner: str, lines: Mapping[str, list[str]], names: list[str], *, code: bool = False
) -> str:
    rows = [f"| {corner} | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    for name, cells in lines.items():
        shown = [f"`{c}`" if code and c[0] == "(" else c for c in cells]
        rows.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(rows)


def results() -> dict[str, dict[str, Any]]:
    """What is kept of each subject, in the order of the columns."""
    return {name: json.loads(path_of(name).read_text("utf-8")) for name in SUBJECTS}


def main() -> int:
    return settle({PAGE: page(results())}, "python tools/write_early_stopping.py")


if __name__ == "__main__":
    sys.exit(main())
