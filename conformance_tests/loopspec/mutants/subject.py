"""A mutant as a subject: `loopspec check mutant:keeps-epoch-stop`."""

from __future__ import annotations

import difflib
import importlib

from loopspec.faults import SubjectFault
from loopspec.machine.profile import REFERENCE
from loopspec.mutants.mutant import Mutant
from loopspec.mutants.zoo import ZOO
from loopspec.recorder import Recorder
from loopspec.scenario import Scenario
from loopspec.subjects.base import Driver, Subject
from loopspec.trace import Outcome, Record, Return

PREFIX = "mutant:"


class MutantSubject(Subject):
    """A simulated trainer: it gives the lines of a trace without a trainer being run."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = PREFIX + mutant.name
        self._simulation, self._table = mutant.simulation, mutant.table

    def build(self, scenario: Scenario, recorder: Recorder, folder: object) -> Driver:
        raise NotImplementedError("a mutant is simulated, see simulate()")

    def simulate(self, scenario: Scenario) -> tuple[list[Record | Return], Outcome]:
        trainer = self._simulation(scenario, REFERENCE, self._table)
        outcome = trainer.perform()
        return trainer.lines, outcome


def mutant_subject(target: str) -> Subject:
    """The subject that `mutant:NAME` names.

    Raises:
        SubjectFault: there is none of that name.
    """
    name = target.removeprefix(PREFIX)
    if name in ZOO:
        return _subject(ZOO[name])
    near = difflib.get_close_matches(name, ZOO, 1)
    meant = f" Did you mean {PREFIX}{near[0]}?" if near else f" There are {len(ZOO)}."
    raise SubjectFault(f"{target}: there is no mutant of this name.{meant}")


def _subject(mutant: Mutant) -> Subject:
    if not mutant.trainer:
        return MutantSubject(mutant)
    from loopspec.subjects.builtin import trainer_subject  # it needs the trainer's packages

    module, _, name = mutant.trainer.partition(":")
    subject = trainer_subject(getattr(importlib.import_module(module), name))
    subject.name = PREFIX + mutant.name
    return subject
