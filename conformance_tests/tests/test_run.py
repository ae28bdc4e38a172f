"""check() and record_all(): which scenarios run, where, and what comes back."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from loopspec import Fault, Level, Scenario, SubjectFault, Verdict, check, read_trace, record_all
from loopspec.corpus import CORPUS
from loopspec.report.json import report_json
from loopspec.run import playable_by
from loopspec.targets import load_file

TOYS = Path(__file__).with_name("toys.py")
toys = load_file(TOYS)
TOY = f"{TOYS}:ToySubject"


def verdicts(report):
    return {result.rule.id: result.verdict for result in report.results}


def faulty(body: str, **members: object):
    """A toy subject in this process, with methods of its trainer replaced by those in `body`."""
    namespace: dict[str, object] = {}
    exec(body, {"Trainer": toys.ToyTrainer, "Flag": toys.Flag}, namespace)
    trainer = type("Planted", (toys.ToyTrainer,), namespace)
    return type("PlantedSubject", (toys.ToySubject,), {"trainer": trainer, **members})()


def test_a_subject_without_fault_conforms_and_the_fault_of_another_is_named() -> None:
    assert check(toys.ToySubject(), rules=["CTRL-*"], processes=0).ok
    keeps = faulty(
        "def fire(self, event, lowers='', **keywords):\n"
        "    Trainer.fire(self, event, lowers.replace('E', ''), **keywords)"
    )
    report = check(keeps, rules=["CTRL-*"], processes=0)
    assert not report.ok
    assert [result.rule.id for result in report.failures] == ["CTRL-3"]
    where = "at on_epoch_begin (step 1, record 6) of scenario epoch-stop: expected "
    assert report.failures[0].message.startswith(where)


def test_number_of_processes_and_order_of_scenarios_change_nothing(tmp_path: Path) -> None:
    names = [s.name for s in playable_by(CORPUS.values(), toys.ToySubject.capabilities)]
    there = toys.planted(tmp_path, toys.CRASHES)
    seen = []
    for processes, order in itertools.product((0, 1, 2), (names, names[::-1])):
        folder = tmp_path / f"{processes}{order[0]}"
        report = check(str(there), scenarios=order, processes=processes, keep=folder)
        traces = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        seen.append((report_json(report), traces))
    assert len(seen[0][1]) == len(names)
    assert all(one == seen[0] for one in seen[1:])


def test_only_scenarios_that_show_a_wanted_rule_are_run_and_plain() -> None:
    traces = record_all(toys.ToySubject(), scenarios=["epoch-stop", "epoch-stop"], processes=0)
    assert [trace.scenario.name for trace in traces] == ["plain", "epoch-stop"]
    report = check(toys.ToySubject(), rules=["CTRL-3"], processes=0)
    shows = [s for s in CORPUS.values() if "CTRL-3" in s.shows]
    has = toys.ToySubject.capabilities
    assert report.traces == 1 + len(playable_by(shows, has))
    assert verdicts(report) == {"CTRL-3": Verdict.PASS}
    assert not report.whole


def test_a_level_means_this_one_and_above() -> None:
    must = check(toys.ToySubject(), level=Level.MUST, scenarios=["plain"], processes=0)
    assert {result.level for result in must.results} == {Level.MUST}
    should = check(toys.ToySubject(), level=Level.SHOULD, scenarios=["plain"], processes=0)
    assert {result.level for result in should.results} == {Level.MUST, Level.SHOULD}


def test_a_scenario_of_ones_own_and_progress() -> None:
    told: list[tuple[int, int, str]] = []
    mine = Scenario(name="mine", num_train_epochs=1)
    record_all(
        toys.ToySubject(), scenarios=[mine], processes=0, progress=lambda *step: told.append(step)
    )
    assert told == [(1, 2, "plain"), (2, 2, "mine")]


def test_traces_are_kept_whole(tmp_path: Path) -> None:
    check(toys.ToySubject(), scenarios=["epoch-stop"], processes=0, keep=tmp_path / "kept")
    kept = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert kept == ["epoch-stop.jsonl", "plain.jsonl"]
    assert read_trace(tmp_path / "kept" / "plain.jsonl").outcome.kind == "completed"


def test_what_the_subject_declares_is_merged_with_what_the_caller_declares(tmp_path: Path) -> None:
    bundled = tmp_path / "bundled.toml"
    bundled.write_text('[CTRL-3]\nreason = "bundled"\n[CTRL-4]\nreason = "bundled"\n')
    keeps = faulty(
        "def fire(self, event, lowers='', **keywords):\n"
        "    Trainer.fire(self, event, lowers.replace('E', ''), **keywords)",
        known_deviations=bundled,
    )
    options = {"rules": ["CTRL-3"], "processes": 0}
    assert [r.reason for r in check(keeps, **options).results] == ["bundled"]
    mine = check(keeps, known={"CTRL-3": "mine"}, **options)
    assert (mine.results[0].reason, mine.results[0].verdict) == ("mine", Verdict.KNOWN)
    assert verdicts(check(keeps, bundled=False, **options)) == {"CTRL-3": Verdict.FAIL}
    whole = check(keeps, processes=0)
    assert verdicts(whole)["CTRL-4"] is Verdict.STALE
    assert f"{bundled}:3" in next(r.message for r in whole.results if r.rule.id == "CTRL-4")


def test_a_partial_run_calls_nothing_stale() -> None:
    report = check(toys.ToySubject(), rules=["CTRL-3"], known={"CTRL-3": "no more"}, processes=0)
    assert verdicts(report) == {"CTRL-3": Verdict.PASS}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "def __init__(self, *given): raise ValueError('needs a tokenizer')",
            "building the trainer raised ValueError: needs a tokenizer",
        ),
        (
            "def train(self): raise OSError('no device')",
            r"train\(\) raised OSError: no device .* before on_train_begin",
        ),
        ("def fire(self, *given, **named): pass\ndef train(self): pass", "called no callback at"),
        (
            "def __init__(self, *given): raise ModuleNotFoundError(\"No module named 'torch'\")",
            r"pip install 'loopspec\[reference\]'",
        ),
    ],
)
def test_a_subject_that_never_trains_is_the_adapters_fault(body: str, said: str) -> None:
    with pytest.raises(SubjectFault, match=said):
        check(faulty(body), processes=0)


def test_a_trainer_that_ends_the_program_is_judged_and_ends_nothing() -> None:
    subject = faulty(
        "def step(self):\n    Trainer.step(self)\n    raise SystemExit(4)",
    )
    report = check(subject, rules=["CTRL-3"], processes=0)
    assert verdicts(report) == {"CTRL-3": Verdict.ERROR}
    assert "it raised SystemExit: 4" in report.results[0].message


def test_a_crash_that_no_rule_tells_of_still_counts() -> None:
    mine = Scenario(name="mine", num_train_epochs=2, train_batches=7)
    subject = faulty(
        "def train(self):\n    Trainer.train(self)\n    assert self.args.train_batches != 7"
    )
    report = check(subject, scenarios=["epoch-stop", mine], rules=["CTRL-3"], processes=0)
    assert verdicts(report) == {"CTRL-3": Verdict.PASS}
    assert [crash.trace.scenario.name for crash in report.loose_crashes] == ["mine"]
    assert not report.ok


def test_a_subject_that_can_run_nothing_is_told_so() -> None:
    subject = type("Bare", (toys.ToySubject,), {"capabilities": frozenset()})()
    with pytest.raises(SubjectFault, match="too few capabilities"):
        check(subject, scenarios=["plain"], processes=0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rules": ["CTRL-77"]}, "no rule CTRL-77. Did you mean CTRL-7"),
        ({"rules": ["XYZ"]}, "no rule XYZ. `loopspec rules` lists them"),
        ({"known": {"CTRL-77": "x"}}, "no rule CTRL-77. Did you mean CTRL-7"),
        ({"scenarios": ["epoch-stopp"]}, "no scenario epoch-stopp. Did you mean epoch-stop"),
    ],
)
def test_a_name_that_is_unknown_is_met_with_near_ones(options: dict, said: str) -> None:
    with pytest.raises(Fault, match=said):
        check(toys.ToySubject(), processes=0, **options)
