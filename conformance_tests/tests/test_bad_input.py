"""Bad input on the real command line: whose fault it is, what to do, and what is judged still."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from loopspec.targets import load_file

TOYS = Path(__file__).with_name("toys.py")
toys = load_file(TOYS)
SOME = ["--rule", "CTRL-3", "--rule", "CTRL-5", "--rule", "CTRL-23"]


def loopspec(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`, with its JSON going to out.json."""
    command = [sys.executable, "-m", "loopspec", *map(str, arguments), "--json", "out.json"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert not [path.name for path in folder.rglob("*") if path.suffix == ".tmp"]
    assert not list(folder.glob(".out.json*"))
    return done


def verdicts(folder: Path) -> dict[str, str]:
    report = json.loads((folder / "out.json").read_bytes())
    return {rule["id"]: rule["verdict"] for rule in report["rules"]}


def message(folder: Path, rule: str) -> str:
    report = json.loads((folder / "out.json").read_bytes())
    return next(r["message"] for r in report["rules"] if r["id"] == rule)


# The target or its adapter is at fault: one line, status 2, no report ----------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nowhere_to_be_found\n", "No module named 'nowhere_to_be_found' (in bad, line 1)"),
        ("class Bad:\n    def fit(self): ...\n", "it defines no trainer (a class with train()"),
    ],
)
def test_a_target_that_is_no_trainer(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(text)
    done = loopspec(tmp_path, "check", "bad.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("loopspec: error: bad.py: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            "def __init__(self, *given):\n    raise TypeError('missing tokenizer')",
            "building the trainer raised TypeError: missing tokenizer (in bad.__init__, line 7). "
            "Its constructor or the adapter is at fault, nothing was judged.",
        ),
        (
            "def train(self):\n    raise RuntimeError('no data')",
            "train() raised RuntimeError: no data (in bad.train, line 7) before on_train_begin.",
        ),
        (
            "def fire(self, *given, **named):\n    self.control.should_training_stop = True",
            "it trained and called no callback at all.",
        ),
        (
            "def train(self):\n    os.kill(os.getpid(), signal.SIGKILL)",
            "its process died before on_train_begin of the plainest scenario (killed by SIGKILL).",
        ),
        (
            "def train(self):\n    time.sleep(60)",
            "did not end: no end within 0.5 s in bad.train <- ",
        ),
    ],
)
def test_a_trainer_that_never_trains(fault: str, said: str, tmp_path: Path) -> None:
    toys.planted(tmp_path, fault)
    done = loopspec(tmp_path, "check", "bad.py", "--timeout", "0.5")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("loopspec: error: bad: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


# The trainer is at fault: it is judged, and the other scenarios are too --------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (toys.HANGS, "got it hung: no end within 0.5 s in bad.spin <- bad.step"),
        (toys.KILLED, "got its process died: killed by SIGKILL"),
        (
            toys.CRASHES,
            "RuntimeError: no way to stop an epoch in bad.step, line 9, during train",
        ),
    ],
)
def test_a_trainer_that_fails_on_a_legal_request(fault: str, said: str, tmp_path: Path) -> None:
    toys.planted(tmp_path, fault)
    done = loopspec(tmp_path, "check", "bad.py", "--timeout", "0.5", *SOME)
    assert done.returncode == 1
    assert verdicts(tmp_path) == {"CTRL-3": "error", "CTRL-5": "pass", "CTRL-23": "pass"}
    assert said in message(tmp_path, "CTRL-3")
    assert done.stdout.splitlines()[-1] == "bad does not conform: CTRL-3"
    assert "repeat: loopspec check bad.py --rule CTRL-3 --scenario epoch-stop" in done.stdout


def test_a_trainer_that_calls_without_state_and_control(tmp_path: Path) -> None:
    fault = "def call(self, method, **keywords):\n    method(self.args, **keywords)"
    own = "def on_step_end(self, *given, **named):\n    self.control.should_training_stop = True"
    toys.planted(tmp_path, f"{fault}\n{own}\non_epoch_end = None")
    done = loopspec(tmp_path, "check", "bad.py")
    assert done.returncode == 1
    assert "bad does not conform: " in done.stdout.splitlines()[-1]
    assert "pass" not in {verdicts(tmp_path)[rule] for rule in ("CTRL-3", "CTRL-11", "CTRL-23")}


def test_a_trainer_that_leaves_events_out(tmp_path: Path) -> None:
    fault = (
        "def fire(self, event, lowers='', **keywords):\n"
        "    if event is not Event.SAVE:\n"
        "        super().fire(event, lowers, **keywords)"
    )
    toys.planted(tmp_path, fault)
    done = loopspec(tmp_path, "check", "bad.py", "--rule", "CTRL-*")
    assert done.returncode == 1
    assert verdicts(tmp_path)["CTRL-11"] == "fail"
    assert verdicts(tmp_path)["CTRL-12"] == "pass"
    assert "expected on_save once" in message(tmp_path, "CTRL-11")


# Traces ------------------------------------------------------------------------------------------


def _edit(lines: list[bytes], number: int, **fields: object) -> list[bytes]:
    changed = json.loads(lines[number]) | fields
    return [*lines[:number], json.dumps(changed).encode(), *lines[number + 1 :]]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda x: x[:-1], "the trace ends without its outcome line: it is cut short."),
        (lambda x: [*x[:5], x[5][:20]], "epoch-stop.jsonl:6: not JSON"),
        (lambda x: _edit(x, 0, version=99), "trace version 99, this suite reads version 1."),
        (lambda x: _edit(x, 3, step="two"), "epoch-stop.jsonl:4: not a line that a recorder"),
        (lambda x: [*x[:4], x[3], *x[4:]], "records are missing or doubled (numbers break at 3)"),
        (lambda x: x[:3] + x[5:], "records are missing or doubled (numbers break at 2)"),
        (lambda x: [], "epoch-stop.jsonl: empty; record it again."),
        (lambda x: [b"hello"], "the first line is no JSON"),
    ],
)
def test_a_trace_that_is_none(damage, said: str, tmp_path: Path) -> None:
    from loopspec import record_all

    record_all(
        toys.ToySubject(),
        scenarios=["epoch-stop", "requests-early"],
        processes=0,
        keep=tmp_path / "traces",
    )
    path = tmp_path / "traces" / "epoch-stop.jsonl"
    path.write_bytes(b"\n".join(damage(path.read_bytes().splitlines())))
    done = loopspec(tmp_path, "judge", "traces", "--rule", "CTRL-5", "--rule", "CTRL-3")
    assert done.returncode == 2
    assert done.stderr.startswith("loopspec: error: epoch-stop.jsonl")
    assert said in done.stderr
    assert "ecord it again" in done.stderr or "not a trace" in done.stderr
    assert verdicts(tmp_path) == {"CTRL-5": "pass", "CTRL-3": "not-exercised"}


def test_a_trace_that_cannot_be_true_is_judged_and_nothing_breaks(tmp_path: Path) -> None:
    from loopspec import record_all

    record_all(toys.ToySubject(), scenarios=["epoch-stop"], processes=0, keep=tmp_path)
    path = tmp_path / "epoch-stop.jsonl"
    lines = path.read_bytes().splitlines()
    for number in range(1, len(lines) - 2):
        lines = _edit(lines, number, step=None, calls=[])
    path.write_bytes(b"\n".join(lines))
    done = loopspec(tmp_path, "judge", path, *SOME)
    assert done.returncode == 1
    assert verdicts(tmp_path)["CTRL-3"] == "error"
    assert "expected a trace that the check can read" in message(tmp_path, "CTRL-3")


# Known deviations --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ('[CTRL-33]\nreason = "x"\n', 2, "known.toml:1: there is no rule CTRL-33. Did you mean"),
        ('\n[CTRL-3]\nlink = "x"\n', 2, "known.toml:2: CTRL-3 has no reason. Say why"),
        (
            '\n\n[CTRL-3]\nreason = "used to"\n',
            1,
            "declared broken at known.toml:3 (used to), but it holds now: remove the entry",
        ),
    ],
)
def test_a_file_of_known_deviations(text: str, status: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(text)
    done = loopspec(tmp_path, "check", f"{TOYS}:ToySubject", "--known", "known.toml")
    assert done.returncode == status
    assert said in " ".join((done.stdout + done.stderr).split())
    if status == 1:
        assert verdicts(tmp_path)["CTRL-3"] == "stale"
        assert "stale CTRL-3" in done.stdout
    else:
        assert done.stderr.count("\n") == 1
        assert not (tmp_path / "out.json").exists()
