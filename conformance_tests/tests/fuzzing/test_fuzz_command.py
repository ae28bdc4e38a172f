"""`loopspec fuzz`: what it finds, prints, saves and repeats, on toy trainers with one fault."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from loopspec.cli import main
from loopspec.targets import load_file

TOYS = Path(__file__).parent.with_name("toys.py")
toys = load_file(TOYS)
TOY = f"{TOYS}:ToySubject"
HERE = ["-j", "0"]

CRASHES = """
def evaluate(self):
    raise RuntimeError("no way to evaluate")
"""


@pytest.fixture
def keeps(tmp_path: Path) -> str:
    """A target that breaks CTRL-3."""
    return str(toys.planted(tmp_path, toys.KEEPS_EPOCH_STOP))


def test_nothing_is_found_on_a_trainer_that_conforms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fuzz", TOY, *HERE, "--examples", "60", "-q", "--rule", "CTRL-*"]) == 0
    out = capsys.readouterr().out
    assert out == "toy: nothing found in 60 scenarios (seed 0)\n"


def test_what_is_found_is_small_saved_repeated_and_played_first_the_next_time(
    keeps: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "found"
    command = ["fuzz", keeps, *HERE, "--examples", "120", "--seed", "3", "--rule", "CTRL-*"]
    assert main([*command, "--corpus", str(corpus)]) == 1
    out = capsys.readouterr().out
    (saved,) = corpus.iterdir()
    assert re.fullmatch(r"ctrl-3-[0-9a-f]{8}\.json", saved.name)
    assert "fail CTRL-3 MUST The trainer clears `should_epoch_stop`" in out
    assert f"scenario: {saved.stem}: 1 epochs of 1 batches | evaluation of 1 | a: on_" in out
    assert f"  saved in: {saved}\n" in out
    again = f"loopspec check {keeps} --rule CTRL-3 --scenario {saved}"
    assert f"  repeat: {again}\n" in out
    assert out.splitlines()[-1] == "bad: found in 120 scenarios: CTRL-3"
    assert main([*again.split()[1:], *HERE, "-q"]) == 1
    assert main(["fuzz", keeps, *HERE, "--replay", str(saved)]) == 1
    assert "bad: found in 1 scenario: CTRL-3" in capsys.readouterr().out
    # The same fault is not looked for again: what is saved shows it.
    assert main([*command, "--corpus", str(corpus)]) == 1
    assert f"  was saved in: {saved}\n" in capsys.readouterr().out
    assert len(list(corpus.iterdir())) == 1
    assert main(["fuzz", TOY, *HERE, "--replay", str(saved), "-q", "--level", "MUST"]) == 0


def test_without_a_folder_the_command_has_the_scenario_in_it(
    keeps: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fuzz", keeps, *HERE, "--examples", "120", "--rule", "CTRL-3"]) == 1
    out = capsys.readouterr().out
    found = re.search(r"repeat: loopspec (check .*) --scenario '(\{.*\})'\n", out)
    assert found
    assert main([*found[1].split(), "--scenario", found[2], *HERE, "-q"]) == 1


def test_what_is_declared_broken_is_nothing_found(
    keeps: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known.toml"
    known.write_text('[CTRL-3]\nreason = "old habit"\n')
    command = ["fuzz", keeps, *HERE, "--examples", "60", "-q", "--rule", "CTRL-*"]
    assert main([*command, "--known", str(known)]) == 0
    assert "nothing found" in capsys.readouterr().out


def test_a_crash_is_found_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = toys.planted(tmp_path, CRASHES)
    output = tmp_path / "found.json"
    command = ["fuzz", str(bad), *HERE, "--examples", "60", "--json", str(output)]
    command += ["--level", "MUST"]
    assert main(command) == 1
    assert "raised The trainer answered with an exception" in capsys.readouterr().out
    (finding,) = json.loads(output.read_bytes())
    assert finding["what"] == "raised"
    assert "RuntimeError: no way to evaluate" in finding["message"]
    assert finding["scenario"]["train_batches"] == 1


def test_a_hang_is_found_in_bounded_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = toys.planted(tmp_path, toys.HANGS)
    command = ["fuzz", str(bad), "--examples", "25", "--timeout", "1", "--shrink", "0"]
    assert main(command) == 1
    out = capsys.readouterr().out
    assert "hung The trainer did not come to an end." in out
    assert "it hung: no end within 1 s in bad.spin" in out


def test_a_trainer_is_compared_with_the_profile_that_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("torch")
    command = ["fuzz", "loopspec_reference:Trainer", *HERE, "--examples", "3", "-q"]
    assert main([*command, "--profile", "reference"]) == 0
    assert "and all as predicted for reference" in capsys.readouterr().out


def test_a_difference_says_which_field_and_how_to_see_it_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "found"
    command = ["fuzz", TOY, *HERE, "--examples", "1", "--profile", "reference", "--level", "MUST"]
    assert main([*command, "--corpus", str(corpus)]) == 1
    out = capsys.readouterr().out
    (saved,) = corpus.iterdir()
    assert "The trace is not the one that the machine predicts." in out
    assert f"repeat: loopspec fuzz {TOY} --profile reference --replay {saved}\n" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--profile", "other"], "there is no profile other. There are reference, transformers-5."),
        (["--examples", "0"], "Invalid value for '--examples'"),
        (["--replay", "/nowhere.json"], "/nowhere.json: cannot be read"),
        (["--rule", "X-1"], "there is no rule X-1"),
        (["--corpus", str(TOYS)], "toys.py is no folder"),
    ],
)
def test_wrong_use_is_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fuzz", TOY, *HERE, *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_without_hypothesis_there_is_one_clear_line() -> None:
    script = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from loopspec.cli import main\n"
        "sys.exit(main(['fuzz', 'reference']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "loopspec: error: there is no module hypothesis. "
        "Install it: pip install 'loopspec[fuzz]'.\n"
    )
