"""One training job to be measured: of so many steps, with so many callbacks that do nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from loopspec.benchmarking.idle import Nobody
from loopspec.scenario import Scenario
from loopspec.subjects.base import Subject

Train = Callable[[], Any]


class Job(msgspec.Struct, frozen=True):
    """What is trained: one epoch, in which nothing is logged, evaluated or saved."""

    steps: int
    callbacks: int
    accumulation: int = 1

    @property
    def scenario(self) -> Scenario:
        return Scenario(
            name="bench",
            train_batches=self.steps * self.accumulation,
            eval_batches=0,
            num_train_epochs=1,
            gradient_accumulation_steps=self.accumulation,
        )


@contextmanager
def ready(subject: Subject | None, job: Job) -> Iterator[Train]:
    """What trains, of a trainer that is built for the job; of no subject, the bare loop."""
    if subject is None:
        from loopspec.benchmarking.bare import bare_loop

        yield bare_loop(job.steps, job.accumulation)
        return
    folder = Path(tempfile.mkdtemp(prefix="loopspec-"))
    try:
        nobody = Nobody(job.scenario, job.callbacks, subject.callback_base)
        yield subject.build(job.scenario, nobody, folder).train
    finally:
        shutil.rmtree(folder, ignore_errors=True)
