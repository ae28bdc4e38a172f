"""The command line: what each command prints, where, and with which exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loopspec.cli import main
from loopspec.cli.output import write
from loopspec.report.form import FORMS
from loopspec.spec import rules
from loopspec.targets import load_file

TOYS = Path(__file__).with_name("toys.py")
toys = load_file(TOYS)
TOY = f"{TOYS}:ToySubject"
HERE = ["-j", "0"]


@pytest.fixture
def keeps(tmp_path: Path) -> str:
    """A target that breaks CTRL-3."""
    return str(toys.planted(tmp_path, toys.KEEPS_EPOCH_STOP))


def test_help_and_rules_import_no_framework() -> None:
    script = (
        "import sys; from loopspec.cli import main\n"
        "assert main(['--help']) == 0 and main(['rules']) == 0 and main(['check', '--help']) == 0\n"
        "heavy = {'torch', 'transformers', 'numpy', 'rich', 'pebble'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, timeout=30)


def test_importing_the_package_is_light_and_gives_what_it_promises() -> None:
    script = (
        "import sys, loopspec\n"
        "names = {'torch', 'transformers', 'click', 'rich', 'pebble', 'pytest'}\n"
        "heavy = names & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "lacks = [name for name in loopspec.__all__ if not hasattr(loopspec, name)]\n"
        "assert not lacks, lacks\n"
        "import loopspec.judge, loopspec.run, loopspec.cli\n"
        "assert callable(loopspec.judge) and callable(loopspec.check)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, timeout=30)


def test_rules_are_listed_and_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(rules())
    assert main(["rules", "--rule", "ctrl-2*", "--level", "must", "--json", "-"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {rule["level"] for rule in listed} == {"MUST"}
    assert all(rule["id"].startswith("CTRL-2") for rule in listed)
    assert main(["rules", "--scenarios", "--rule", "CTRL-3"]) == 0
    assert "epoch-stop: 3 epochs of 3 batches" in capsys.readouterr().out


def test_a_rule_is_explained(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["explain", "ctrl-8"]) == 0
    said = capsys.readouterr().out
    rule = rules()["CTRL-8"]
    for part in (rule.sentence, rule.why, rule.examples[0].strip(), "variant next-step (page)"):
        assert part in said
    assert "shown by: requests-without-strategies" in said
    assert main(["explain", "CTRL-8", "--json", str(tmp_path / "r.json")]) == 0
    assert json.loads((tmp_path / "r.json").read_bytes())["sentence"] == rule.sentence


def test_a_conforming_subject_is_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", TOY, *HERE, "-q", "--rule", "CTRL-*"]) == 0
    assert capsys.readouterr().out == "toy conforms\n"


def test_a_broken_one_is_status_1_with_its_evidence(
    keeps: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", keeps, *HERE, "--rule", "CTRL-3"]) == 1
    out = capsys.readouterr().out
    assert "fail CTRL-3 MUST The trainer clears `should_epoch_stop`" in out
    repeat = f"repeat: loopspec check {keeps} --rule CTRL-3 --scenario epoch-stop"
    assert repeat in out
    assert out.splitlines()[-1] == "bad does not conform: CTRL-3"
    # What the report says to repeat shows the same thing.
    assert main([*repeat.split()[2:], *HERE, "-q"]) == 1


def test_nothing_judged_is_status_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", TOY, *HERE, "--rule", "CTRL-26", "-q"]) == 3
    assert capsys.readouterr().out == "toy: nothing was judged\n"


def test_json_on_stdout_is_json_alone(keeps: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", keeps, *HERE, "--rule", "CTRL-3", "--json", "-"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["counts"]["fail"] == 1
    assert "bad does not conform: CTRL-3" in captured.err


def test_each_form_goes_to_its_file(
    keeps: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [word for form in FORMS for word in (f"--{form}", str(tmp_path / form))]
    assert main(["check", keeps, *HERE, "--scenario", "epoch-stop", *places]) == 1
    assert "does not conform: CTRL-3" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir() if path.name in FORMS) == sorted(FORMS)
    starts = {"json": b"{", "junit": b"<?xml", "markdown": b"## ", "badge": b'{"schemaVersion":1'}
    starts["html"] = b"<!doctype html>"
    for form in FORMS:
        text = (tmp_path / form).read_bytes()
        assert text.startswith(starts[form])
        assert text.endswith(b"\n")
    assert json.loads((tmp_path / "json").read_bytes())["command"] == f"loopspec check {keeps}"


def test_a_form_on_stdout_is_that_form_alone(
    keeps: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["check", keeps, *HERE, "--scenario", "epoch-stop"]
    assert main([*run, "--badge", "-"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["color"] == "red"
    assert "does not conform: CTRL-3" in said.err


def test_known_deviations_from_writing_them_to_stale(
    keeps: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known.toml"
    keeps_it = ["check", keeps, *HERE, "-q", "--rule", "CTRL-*"]
    assert main([*keeps_it, "--write-known", str(known)]) == 1
    assert main([*keeps_it, "--known", str(known)]) == 2
    assert f"{known}:2: CTRL-3 still says 'TODO" in capsys.readouterr().err
    known.write_text(known.read_text().replace("TODO: say why", "old habit"))
    assert main([*keeps_it, "--known", str(known)]) == 0
    assert "conforms, but for known deviations: CTRL-3" in capsys.readouterr().out
    assert main([*keeps_it, "--write-known", str(known)]) == 2
    assert "is there already; add --known" in capsys.readouterr().err
    both = ["--known", str(known), "--write-known", str(known)]
    before = known.read_text()
    assert main([*keeps_it, *both]) == 0
    assert known.read_text() == before
    assert main(["check", TOY, *HERE, "--known", str(known)]) == 1
    out = capsys.readouterr().out
    assert f"declared broken at {known}:2 (old habit), but it holds now" in " ".join(out.split())
    assert out.splitlines()[-1] == "toy does not conform: CTRL-3"


def test_later_files_of_known_deviations_win(
    keeps: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.toml").write_text(f'[CTRL-3]\nreason = "reason {name}"\n')
    files = ["--known", str(tmp_path / "a.toml"), "--known", str(tmp_path / "b.toml")]
    assert main(["check", keeps, *HERE, "--rule", "CTRL-3", *files]) == 0
    out = capsys.readouterr().out
    assert "CTRL-3 MUST: reason b" in out
    assert "reason a" not in out


def test_strict_counts_should(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["check", "transformers", *HERE, "--rule", "CTRL-27", "--no-known", "-q"]
    pytest.importorskip("transformers")
    assert main(where) == 0
    assert main([*where, "--strict"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "transformers does not conform: CTRL-27"


def test_what_is_recorded_is_judged_alike(
    keeps: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    traces = tmp_path / "traces"
    assert main(["record", keeps, "-o", str(traces), *HERE, "--json", "-"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {entry["file"] for entry in listed} == {path.name for path in traces.iterdir()}
    assert main(["judge", str(traces), "--json", str(tmp_path / "judged.json")]) == 1
    assert f"repeat: loopspec judge {traces} --rule CTRL-3" in capsys.readouterr().out
    assert main(["check", keeps, *HERE, "--json", str(tmp_path / "checked.json")]) == 1
    checked, judged = (tmp_path / f"{name}.json" for name in ("checked", "judged"))
    one, other = (json.loads(path.read_bytes()) for path in (checked, judged))
    assert one.pop("command") == f"loopspec check {keeps}"
    assert other.pop("command") == f"loopspec judge {traces}"
    assert one == other
    assert main(["judge", str(traces / "plain.jsonl"), "-q", "--rule", "CTRL-2"]) == 0


def test_judge_wants_traces_of_one_subject(
    keeps: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--scenario", "plain", *HERE]
    assert main(["judge", str(tmp_path)]) == 2
    assert "no traces (*.jsonl)" in capsys.readouterr().err
    main(["record", keeps, "-o", str(tmp_path / "a"), *few])
    main(["record", TOY, "-o", str(tmp_path / "b"), *few])
    assert main(["judge", str(tmp_path / "a"), str(tmp_path / "b")]) == 2
    assert "traces of several subjects (bad unknown, toy unknown)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["check"], "Missing argument 'TARGET'"),
        (["check", TOY, "--rule", "CTRL-99"], "there is no rule CTRL-99"),
        (["check", TOY, "--level", "perhaps"], "Invalid value for '--level'"),
        (["check", TOY, "--edition", "4"], "Invalid value for '--edition'"),
        (["check", TOY, "--timeout", "0"], "Invalid value for '--timeout'"),
        (["check", TOY, "--json", "/nowhere/x.json"], "/nowhere/x.json cannot be written"),
        (["check", TOY, "--json", "-", "--write-known", "-"], "only one output can go to stdout"),
        (["check", TOY, "--json", "-", "--badge", "-"], "only one output can go to stdout"),
        (["check", TOY, "--json", "x", "--junit", "x"], "two outputs would go to x"),
        (["check", TOY, "--junit", "/nowhere/x.xml"], "/nowhere/x.xml cannot be written"),
        (["check", TOY, "--json", "."], ". is a folder"),
        (["check", TOY, "--known", "/nowhere.toml"], "/nowhere.toml: cannot be read"),
        (["check", TOY, "--traces", str(TOYS)], "toys.py: File exists"),
        (["judge", "/nowhere"], "'/nowhere' does not exist"),
        (["explain", "X"], "there is no rule X"),
        (["record", TOY], "Missing option '-o'"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("loopspec: error: ")
    assert said in captured.err
    assert captured.err.count("\n") == 1


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write(str(path), b"old")
    with pytest.raises(TypeError):
        write(str(path), "no bytes")  # type: ignore[arg-type]  # it is to fail half way
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("out.json", b"old")]
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_colour_only_where_it_is_wanted(keeps: str) -> None:
    def run(**environment: str) -> str:
        command = [sys.executable, "-m", "loopspec", "check", keeps, *HERE, "--scenario", "plain"]
        done = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | environment, check=False
        )
        return done.stdout

    assert "\x1b[" not in run()
    assert "\x1b[" in run(FORCE_COLOR="1", NO_COLOR="")
    assert "\x1b[3" not in run(FORCE_COLOR="1", NO_COLOR="1")


def test_an_interrupt_ends_the_workers_and_leaves_nothing(tmp_path: Path) -> None:
    started = tmp_path / "started"
    fault = f"def train(self):\n    open({str(started)!r}, 'w').write(str(os.getpid()))\n"
    bad = toys.planted(tmp_path, fault + "    time.sleep(60)")
    output = tmp_path / "out.json"
    command = [sys.executable, "-m", "loopspec", "check", str(bad), "--json", str(output)]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests that a shell runs in the background ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 120
    while not (started.exists() and started.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err.strip()) == (130, "", "loopspec: interrupted")
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
    assert not output.exists()
    assert not list(tmp_path.glob("*.tmp"))
