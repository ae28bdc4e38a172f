"""Counts what a step of the reference takes, for `tools/gate.py`: prints it as JSON."""

from __future__ import annotations

import json

from loopspec.benchmarking.job import Job, ready
from loopspec.benchmarking.measuring import exactly
from loopspec.targets import resolve

CASES = [(0, 1), (10, 1), (10, 4)]
"""Callbacks, and batches of a step."""


def main() -> None:
    subject = resolve("reference")
    counted = {}
    for callbacks, accumulation in CASES:
        step, _ = exactly(
            lambda steps, n=callbacks, k=accumulation: ready(subject, Job(steps, n, k)), callbacks
        )
        counted[f"step, {callbacks} callbacks, {accumulation} batches"] = {
            "calls": step.counts.calls,
            "bytecodes": step.counts.bytecodes,
            "waiting operations": sum(step.waiting.values()),
            "blocks left in memory": step.surviving,
        }
    print(json.dumps(counted))


if __name__ == "__main__":
    main()
