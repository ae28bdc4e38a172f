"""Each rule of the chapter on checkpoints: which faulty trainer it reports, with what words.

A fault is planted into the simulated trainer, which then plays every scenario of the chapter: the
rule must be the one that fails, whatever else the fault drags along being blocked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
import pytest

from loopspec.corpus import CORPUS
from loopspec.corpus.checkpoints import SCENARIOS
from loopspec.judge import judge
from loopspec.machine.job import Saved
from loopspec.machine.predict import Simulation
from loopspec.machine.profile import REFERENCE, TRANSFORMERS_5, Profile
from loopspec.machine.walk import STANDARD
from loopspec.rules import OUTLIVING
from loopspec.scenario import Scenario
from loopspec.spec import rules
from loopspec.trace import Provenance, Trace
from loopspec.vocabulary import Capability, Event, Verdict

BY = Provenance("a faulty trainer", "1", tuple(Capability), "1")
CHAPTER = [
    rule
    for rule in rules().values()
    # Those about runs that died have tests of their own.
    if rule.id.startswith("CKPT-") and rule.id not in OUTLIVING
]

change = msgspec.structs.replace


class ForgetsStep(Simulation):
    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        self.state.epoch = 0.0


class ForgetsLogs(Simulation):
    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        self.state.log_history = []


class ChangesLogs(Simulation):
    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        self.state.log_history = [{**entry, "loss": 0.0} for entry in self.state.log_history]


class ForgetsBest(Simulation):
    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        self.state.best_metric = self.state.best_step = None


class ForgetsWeights(Simulation):
    def _load_weights(self, weights: int) -> None:
        pass


class SkipsNothing(Simulation):
    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self._skip = 0


class AlwaysSkips(Simulation):
    def _do_begin_run(self) -> None:
        self.scenario = change(self.scenario, ignore_data_skip=False)
        super()._do_begin_run()


class LosesTheRest(Simulation):
    def _is_group_goes_on(self) -> bool:
        s = self.scenario
        rest = self._batch + 1 == s.train_batches and s.gradient_accumulation_steps > 1
        return super()._is_group_goes_on() or (rest and bool(self.resume_from) and self._epoch == 0)


class CountsEpochsAnew(Simulation):
    def _do_count_step(self) -> None:
        super()._do_count_step()
        self.state.epoch -= bool(self.resume_from) * 0.125


class CountsTheEndAnew(Simulation):
    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        if self.resume_from and self._epochs:
            self.state.max_steps += 1
            self._epochs += 1


class KeepsTheLength(Simulation):
    def _make_trainer(self) -> None:
        super()._make_trainer()
        first = CORPUS.get(self.scenario.name, self.scenario)
        lengths = {name: getattr(first, name) for name in ("max_steps", "num_train_epochs")}
        self.scenario = change(self.scenario, **lengths)


class StaysStopped(Simulation):
    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        if "T" in saved.flags and "T" in self.scenario.raised:
            self._epochs = 0


class StopComesBack(Simulation):
    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        if event is Event.TRAIN_BEGIN and self.resume_from and "T" in self.scenario.raised:
            self._flagged().change("T")


class StartsAnewSilently(Simulation):
    def _do_begin_run(self) -> None:
        self.resume_from = self.resume_from if self.resume_from in self.checkpoints else None
        super()._do_begin_run()


class ReturnsSilently(Simulation):
    def _perform_call(self, call: str) -> None:
        if call != "resume@9":
            super()._perform_call(call)


class RestoresNothing(Simulation):
    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        super()._restore_callbacks({n: c for n, c in kept.items() if not n})


class StoresTheBeginning(Simulation):
    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self._begun = super()._counted()

    def _counted(self) -> dict[str, int]:
        return {n: getattr(self, "_begun", {}).get(n, 0) if n else c
                for n, c in super()._counted().items()}  # fmt: skip


class AlwaysRestores(Simulation):
    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        if not self.scenario.restore_callback_states_from_checkpoint:
            self._restore_callbacks({n: c for n, c in saved.kept.items() if n})


class MissesTheGone(Simulation):
    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        if not kept.keys() <= self._counted().keys():
            raise LookupError
        super()._restore_callbacks(kept)


class ForgetsPatience(Simulation):
    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        super()._restore_callbacks({n: c for n, c in kept.items() if n})


class KeepsAll(Simulation):
    def _do_write_checkpoint(self) -> None:
        before = dict(self.checkpoints)
        super()._do_write_checkpoint()
        self.checkpoints = {**before, **self.checkpoints}


class DropsTheBest(Simulation):
    def _do_write_checkpoint(self) -> None:
        super()._do_write_checkpoint()
        if self.scenario.save_total_limit:
            self._best_checkpoint = None
            self.checkpoints = dict(sorted(self.checkpoints.items())[-2:])
            if max(self.checkpoints) > 2:
                self.checkpoints.pop(2, None)


class DropsTheNewest(Simulation):
    def _do_write_checkpoint(self) -> None:
        super()._do_write_checkpoint()
        if len(self.checkpoints) > 2:
            del self.checkpoints[max(self.checkpoints)]


class Case(NamedTuple):
    """A fault, where it shows first, and what is said."""

    rule: str
    fault: type[Simulation]
    place: str
    expected: str
    got: str


# A table: each case on a line or two.
# fmt: off
CASES = (
    Case("CKPT-1", ForgetsStep, "resume-at-an-epoch TB@3",
         "epoch 1, as saved",
         "0"),
    Case("CKPT-2", ForgetsLogs, "resume-with-the-same-trainer TB@2",
         "the 4 entries in log_history that were saved",
         "0"),
    Case("CKPT-2", ChangesLogs, "resume-with-the-same-trainer TE@6",
         "the 4 entries in log_history that were saved at the end too",
         "others"),
    Case("CKPT-3", ForgetsBest, "resume-with-the-same-trainer TB@2",
         "best_metric 3, as saved",
         "None"),
    Case("CKPT-4", ForgetsWeights, "resume-at-an-epoch TB@3",
         "the weights of the checkpoint",
         "those of before"),
    Case("CKPT-6", SkipsNothing, "resume-inside-an-epoch EE@5",
         "the 1 micro-batches left of its epoch",
         "3"),
    Case("CKPT-9", AlwaysSkips, "resume-without-skipping EE@3",
         "all 3 micro-batches of its epoch",
         "1"),
    Case("CKPT-7", LosesTheRest, "resume-before-a-short-group EE@2",
         "the 2 steps left of its epoch",
         "1"),
    Case("CKPT-8", CountsEpochsAnew, "resume-at-an-epoch SE@4",
         "epoch 1.333",
         "1.208"),
    Case("CKPT-10", CountsTheEndAnew, "resume-at-an-epoch TE@10",
         "the run to end at step 9",
         "10"),
    Case("CKPT-11", KeepsTheLength, "resume-for-more-epochs TE@3",
         "the run to end at step 6",
         "3"),
    Case("CKPT-26", StaysStopped, "resume-what-was-stopped TE@2",
         "a step, as the run was stopped and not finished",
         "none"),
    Case("CKPT-26", StopComesBack, "resume-what-was-stopped EB@2",
         "should_training_stop left behind in the checkpoint",
         "set"),
    Case("CKPT-13", StartsAnewSilently, "resume-from-nothing TB@0",
         "an exception, and no event, as there is no such checkpoint",
         "on_train_begin"),
    Case("CKPT-13", ReturnsSilently, "resume-from-nothing IE@0",
         "an exception, and no event, as there is no such checkpoint",
         "train() came back"),
    Case("CKPT-15", RestoresNothing, "restore-what-was-saved TB@2",
         "what counts had counted when saved, 8",
         "0"),
    Case("CKPT-16", StoresTheBeginning, "restore-what-was-saved TB@2",
         "what counts had counted at the save, 8",
         "6"),
    Case("CKPT-17", AlwaysRestores, "leave-a-callback-alone TB@2",
         "counts as it was made, at 0",
         "2"),
    Case("CKPT-18", MissesTheGone, "restore-who-is-gone TE@6",
         "a run without counts",
         "no event"),
    Case("CKPT-21", ForgetsPatience, "restore-the-patience EV@6",
         "should_training_stop set at evaluation 1 of the resumed run",
         "at evaluation 3"),
    Case("CKPT-23", KeepsAll, "keep-the-newest-and-the-best SV@3",
         "2 checkpoints at most",
         "3"),
    Case("CKPT-24", DropsTheBest, "keep-the-newest-and-the-best SV@3",
         "the best checkpoint, of step 2",
         "3"),
)
# fmt: on


def played(scenario: Scenario, fault: type[Simulation], profile: Profile = REFERENCE) -> Trace:
    """The scenario on a simulated trainer with this fault."""
    simulation = fault(scenario, profile, STANDARD)
    outcome = simulation.perform()
    return Trace(scenario, BY, simulation.lines, outcome)


def verdicts(traces: Iterable[Trace]) -> dict[str, Any]:
    return {result.rule.id: result for result in judge(traces, rules=CHAPTER).results}


def told(fault: type[Simulation], profile: Profile = REFERENCE) -> dict[str, tuple[str, str, str]]:
    """Each rule that fails: where it shows, what was expected, what came."""
    found = {}
    for name, result in verdicts(played(job, fault, profile) for job in SCENARIOS).items():
        if result.verdict is Verdict.FAIL:
            evidence = result.evidence
            record = evidence.trace.records[evidence.at]
            place = f"{evidence.trace.scenario.name} {record.event.code}@{record.step}"
            found[name] = (place, evidence.expected, evidence.got)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.fault.__name__}")
def test_a_fault_is_reported_by_its_rule_alone(case: Case) -> None:
    assert told(case.fault) == {case.rule: (case.place, case.expected, case.got)}


def test_every_must_is_broken_by_some_fault() -> None:
    assert {rule.id for rule in CHAPTER if rule.level == "MUST"} == {case.rule for case in CASES}


def test_the_known_defects_of_transformers_are_told() -> None:
    assert told(Simulation, TRANSFORMERS_5) == {
        "CKPT-12": (
            "resume-what-ended-inside-an-epoch SE@5",
            "no step, as the run was finished",
            "step 5",
        ),
        "CKPT-19": (
            "restore-who-is-new SE@3",
            "saves go on, with counts for the first time",
            "an exception",
        ),
        "CKPT-25": (
            "restore-two-of-a-class TB@2",
            "what counts, one of two of its class, had counted at the save, 8",
            "6",
        ),
    }


KEEPS, SAME = (CORPUS[n] for n in ("keep-the-newest-and-the-best", "resume-with-the-same-trainer"))


@pytest.mark.parametrize(
    "job",
    [
        # The weights of its last step are those that the trainer has.
        change(SAME, calls=("train", "resume@6")),
        change(SAME, calls=("train", "resume@6", "resume@2")),
        # A limit of one leaves two, as long as there is a best one.
        change(KEEPS, save_total_limit=1),
        change(KEEPS, save_total_limit=1, load_best_model_at_end=False),
        change(KEEPS, load_best_model_at_end=False),
    ],
)
def test_what_is_right_in_other_jobs_is_no_fault(job: Scenario) -> None:
    for profile in (REFERENCE, TRANSFORMERS_5):
        found = verdicts([played(job, Simulation, profile)])
        assert [r for r, result in found.items() if result.verdict is Verdict.FAIL] == []


@pytest.mark.parametrize(
    ("job", "fault", "rule", "words"),
    [
        (
            change(
                KEEPS,
                save_total_limit=1,
                metric_for_best_model=None,
                metrics=(),
                load_best_model_at_end=False,
            ),
            KeepsAll,
            "CKPT-23",
            ("1 checkpoints at most", "2"),
        ),
        (
            change(KEEPS, save_total_limit=3),
            DropsTheNewest,
            "CKPT-24",
            ("the newest checkpoint, of step 3", "1, 2"),
        ),
        (
            change(SAME, calls=("train", "resume@2", "resume@9")),
            StartsAnewSilently,
            "CKPT-13",
            ("an exception, and no event, as there is no such checkpoint", "on_train_begin"),
        ),
    ],
)
def test_a_fault_in_another_job_is_told(
    job: Scenario, fault: type[Simulation], rule: str, words: tuple[str, str]
) -> None:
    found = verdicts([played(job, fault)])
    assert [r for r, result in found.items() if result.verdict is Verdict.FAIL] == [rule]
    evidence = found[rule].evidence
    assert (evidence.expected, evidence.got) == words


class UsesNewIntervals(Simulation):
    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self.state.logging_steps = int(self.scenario.logging_steps)


class RestoresNoFlags(Simulation):
    def _load(self, saved: Saved) -> None:
        super()._load(saved._replace(flags=""))


class KeepsPatience(Simulation):
    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        self._restore_callbacks({n: c for n, c in saved.kept.items() if not n})


# fmt: off
VARIANTS: list[tuple[str, str, type[Simulation], Profile, str]] = [
    ("CKPT-5", "restore-a-callback", Simulation, REFERENCE, "as-saved"),
    ("CKPT-5", "restore-a-callback", RestoresNoFlags, REFERENCE, "none"),
    ("CKPT-14", "resume-with-another-interval", Simulation, REFERENCE, "checkpoint"),
    ("CKPT-14", "resume-with-another-interval", UsesNewIntervals, REFERENCE, "arguments"),
    ("CKPT-20", "restore-a-callback", Simulation, REFERENCE, "in-place"),
    ("CKPT-20", "restore-a-callback", Simulation, TRANSFORMERS_5, "last"),
    ("CKPT-22", "resume-with-new-patience", Simulation, REFERENCE, "anew"),
    ("CKPT-22", "resume-with-new-patience", KeepsPatience, REFERENCE, "goes-on"),
    ("CKPT-32", "resume-with-logs-and-a-best", Simulation, REFERENCE, "all"),
    ("CKPT-32", "resume-with-logs-and-a-best", Simulation, TRANSFORMERS_5, "own"),
]
# fmt: on


@pytest.mark.parametrize(("rule", "job", "fault", "profile", "variant"), VARIANTS)
def test_what_trainers_may_do_is_named(
    rule: str, job: str, fault: type[Simulation], profile: Profile, variant: str
) -> None:
    result = verdicts([played(CORPUS[job], fault, profile)])[rule]
    assert (list(result.variants), result.verdict) == ([variant], Verdict.PASS)


def test_new_intervals_break_no_rule() -> None:
    trace = played(CORPUS["resume-with-another-interval"], UsesNewIntervals)
    assert judge([trace]).failures == []


class HasIntervalsOfItsOwn(Simulation):
    """Neither the checkpoint's nor the new arguments' interval holds in a resumed run."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self.state.logging_steps = 5 if self.resume_from else 2


def test_intervals_of_neither_side_are_told() -> None:
    trace = played(CORPUS["resume-with-another-interval"], HasIntervalsOfItsOwn)
    result = verdicts([trace])["CKPT-14"]
    assert result.verdict is Verdict.FAIL
    assert (result.evidence.expected, result.evidence.got) == (
        "logs at steps [4, 6], or at [4, 5, 6]", "[5]",
    )  # fmt: skip
