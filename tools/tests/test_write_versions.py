import tomllib
from typing import Any

import record_version
import write_versions

from loopspec.spec import rules


def report(version: str, verdict: str, **more: Any) -> dict[str, Any]:
    return {"version": version, "scenarios": 3, "rules": {"CTRL-3": {"verdict": verdict, **more}}}


def test_the_page_is_what_the_committed_reports_say() -> None:
    assert write_versions.PAGE.read_text("utf-8") == write_versions.page(write_versions.reports())


def test_every_version_named_has_a_report_and_every_report_its_environment() -> None:
    judged = [r["version"] for r in write_versions.reports()]
    assert sorted(judged) == sorted(record_version.environments())


def test_a_report_speaks_of_every_rule_that_is_stated() -> None:
    stated = {rule.id for rule in rules().values() if not rule.untestable}
    for judged in write_versions.reports():
        missing = stated - set(judged["rules"])
        hint = f"python tools/record_version.py {judged['version']}"
        assert not missing, f"{sorted(missing)}: run {hint}"


def test_a_rule_that_changed_stands_in_the_table_with_what_came() -> None:
    broken = report("4.0.0", "fail", expected="this", got="that", scenario="epoch-stop")
    text = write_versions.page([broken, report("5.0.0", "pass")])
    assert "| [CTRL-3](03-control-flags.md#ctrl-3) MUST | ✗ | ✓ |" in text
    assert "- 4.0.0: expected this; got that (`epoch-stop`)" in text


def test_a_rule_that_never_held_is_told_apart() -> None:
    seen = {"expected": "this", "got": "that", "scenario": "epoch-stop"}
    text = write_versions.page([report("4.0.0", "fail", **seen), report("5.0.0", "fail", **seen)])
    assert "## Broken in all five" in text
    assert "- 4.0.0, 5.0.0: expected this" in text


def test_what_is_kept_of_a_report() -> None:
    whole = {
        "by": {"subject": "transformers", "version": "5", "packages": {}},
        "edition": "transformers-5",
        "scenarios": 1,
        "crashes": [{"scenario": "b"}, {"scenario": "a"}],
        "rules": [
            {"id": "A-10", "verdict": "pass", "variants": {}, "evidence": None},
            {"id": "A-2", "verdict": "fail", "variants": {"x": 2}, "evidence": {
                "scenario": "s", "expected": "e", "got": "g", "at": 1}},
        ],
    }  # fmt: skip
    short = record_version.kept(whole)
    assert list(short["rules"]) == ["A-2", "A-10"]
    assert short["rules"]["A-2"] == {
        "verdict": "fail", "variants": ["x"], "scenario": "s", "expected": "e", "got": "g",
    }  # fmt: skip
    assert short["crashed"] == ["a", "b"]


def test_a_version_that_is_not_known_is_refused(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr("sys.argv", ["record_version.py", "3.0.0"])
    assert record_version.main() == 2
    assert "3.0.0: not one of" in capsys.readouterr().out
    assert tomllib.loads((record_version.VERSIONS / "environments.toml").read_text("utf-8"))


def test_some_rules_are_recorded_anew_beside_those_that_were_kept() -> None:
    before = {
        "version": "4.0.0",
        "scenarios": 3,
        "crashed": ["plain"],
        "rules": {"CKPT-7": {"verdict": "fail"}, "CTRL-3": {"verdict": "pass"}},
    }
    now = {
        "crashed": ["killed-in-on-save"],
        "rules": {"CKPT-28": {"verdict": "fail"}, "CKPT-31": {"verdict": "fail"}},
    }
    played = ["epoch-stop", "killed-in-on-save", "killed-with-the-optimizer-lost"]
    found = record_version.with_the_rest(now, before, played)
    assert {name: result["verdict"] for name, result in found["rules"].items()} == {
        "CKPT-7": "fail",
        "CKPT-28": "blocked",  # it builds on CKPT-7
        "CKPT-31": "fail",
        "CTRL-3": "pass",
    }
    assert found["scenarios"] == 5  # CTRL-3, which epoch-stop shows, had been played
    assert found["crashed"] == ["killed-in-on-save", "plain"]
    assert found["version"] == "4.0.0"
