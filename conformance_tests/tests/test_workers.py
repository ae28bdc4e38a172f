"""Worker processes: a scenario that hangs or kills its process costs that scenario alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from loopspec import SubjectFault, Verdict, check, record_all
from loopspec.stacks import innermost
from loopspec.targets import load_file

TOYS = Path(__file__).with_name("toys.py")
toys = load_file(TOYS)


def played(target: Path, *scenarios: str, **options: object):
    traces = record_all(str(target), scenarios=scenarios, **options)
    return {trace.scenario.name: trace for trace in traces}


def test_a_hang_is_ended_and_told_with_its_place_and_the_others_go_on(tmp_path: Path) -> None:
    bad = toys.planted(tmp_path, toys.HANGS)
    traces = played(bad, "epoch-stop", "requests-early", timeout=0.5)
    hung = traces["epoch-stop"]
    assert hung.outcome.kind == "hung"
    assert hung.outcome.error == "no end within 0.5 s"
    assert hung.outcome.where.startswith("bad.spin <- bad.step <- ")
    assert hung.codes() == "IE TB EB SB SE"
    assert traces["requests-early"].outcome.kind == "completed"


def test_a_killed_process_leaves_what_it_had_written(tmp_path: Path) -> None:
    bad = toys.planted(tmp_path, toys.KILLED)
    traces = played(bad, "epoch-stop", "epoch-stop-with-work-due", "requests-early", processes=2)
    for name in ("epoch-stop", "epoch-stop-with-work-due"):
        assert traces[name].outcome.kind == "died"
        assert traces[name].outcome.error == "killed by SIGKILL"
        assert traces[name].records
    assert traces["requests-early"].outcome.kind == "completed"


def test_an_exit_from_under_python_is_a_death_with_its_status(tmp_path: Path) -> None:
    bad = toys.planted(
        tmp_path, toys.KILLED.replace("os.kill(os.getpid(), signal.SIGKILL)", "os._exit(3)")
    )
    outcome = played(bad, "epoch-stop")["epoch-stop"].outcome
    assert (outcome.kind, outcome.error) == ("died", "exit status 3")


def test_a_process_that_leaves_with_status_0_is_missed(tmp_path: Path) -> None:
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    bad = toys.planted(tmp_path, toys.KILLED.replace(kill, "os._exit(0)"))
    traces = played(bad, "epoch-stop", "requests-early", timeout=0.5)
    assert traces["epoch-stop"].outcome.kind == "died"
    assert "status 0" in traces["epoch-stop"].outcome.error
    assert traces["requests-early"].outcome.kind == "completed"


def test_hangs_and_deaths_are_errors_of_the_rules_they_show_and_no_others(tmp_path: Path) -> None:
    report = check(str(toys.planted(tmp_path, toys.HANGS)), rules=["CTRL-3", "CTRL-5"], timeout=0.5)
    verdicts = {result.rule.id: result.verdict for result in report.results}
    assert verdicts == {"CTRL-3": Verdict.ERROR, "CTRL-5": Verdict.PASS}
    assert "got it hung: no end within 0.5 s in bad.spin" in report.failures[0].message


def test_a_worker_lives_on_from_scenario_to_scenario(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    bad = toys.planted(tmp_path, "pass")
    bad.write_text(f"open({str(log)!r}, 'a').write('x')\n" + bad.read_text())
    played(bad, "epoch-stop", "requests-early", "stop-with-work-due")
    assert log.read_text() == "x"


def test_a_subject_that_cannot_be_sent_is_told_so() -> None:
    subject = toys.ToySubject()
    subject.hook = lambda: None
    with pytest.raises(SubjectFault, match=r"toy: the subject cannot be sent .* processes=0"):
        record_all(subject, scenarios=["plain"])


def test_an_instance_is_sent_and_prints_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    traces = record_all(toys.ToySubject(), scenarios=["epoch-stop"])
    assert [trace.outcome.kind for trace in traces] == ["completed", "completed"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("import os; os._exit(7)", "its process died while it was imported (exit status 7)"),
        ("import sys; sys.exit('usage')", "importing it raised SystemExit: usage"),
        ("1 / 0", "importing it raised ZeroDivisionError: division by zero (in bad, line 1)"),
        ("def", "importing it raised SyntaxError"),
    ],
)
def test_a_target_that_breaks_at_import(first: str, said: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(f"{first}\n")
    with pytest.raises(SubjectFault) as caught:
        record_all(str(bad), scenarios=["plain"])
    assert said in str(caught.value)


def test_a_script_without_a_main_guard_is_told_what_to_do(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"import loopspec\nloopspec.check({str(TOYS) + ':ToySubject'!r})\n")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "no worker process came up" in done.stderr.splitlines()[-1]
    assert '`if __name__ == "__main__":`' in done.stderr.splitlines()[-1]


def test_a_stack_is_told_innermost_first_without_paths() -> None:
    suite = Path(check.__code__.co_filename).parent
    dump = (
        "Timeout (0:00:01)!\n"
        'Thread 0x01 (most recent call first):\n  File "/x/loader.py", line 3 in fetch\n\n'
        "Thread 0x02 (most recent call first):\n"
        '  File "/x/toy.py", line 9 in spin\n'
        f'  File "{sys.path[-1]}/pack/__init__.py", line 2 in f\n'
        f'  File "{suite}/recording.py", line 80 in _call\n  File "/x/outer.py", line 1 in main\n'
    )
    assert innermost(dump) == "toy.spin <- pack.f"
    assert innermost("") == ""
