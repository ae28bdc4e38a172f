import json
import subprocess
from pathlib import Path
from typing import Any

import environments
import pytest
import run_trackers
import tracker_environment


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The groups whose tests were run, which all pass."""
    ran: list[str] = []
    monkeypatch.setattr(
        run_trackers, "_passes", lambda python, group, *_: ran.append(group) or True
    )
    return ran


def served(monkeypatch: pytest.MonkeyPatch, folder: Path, missing: dict[str, Any]) -> None:
    """Environments with these reasons by group, why it cannot be made or by tracker why not."""
    monkeypatch.setattr(environments, "ROOT", folder)

    def python_of(group: str, seconds: float) -> Path:
        place = folder / ".venvs" / f"trackers-{group}" / "bin" / "python"
        reasons = missing.get(group, {})
        if isinstance(reasons, str):
            raise environments.Unavailable(reasons)
        place.parent.mkdir(parents=True)
        (place.parents[1] / "unavailable.json").write_text(json.dumps(reasons), "utf-8")
        return place

    monkeypatch.setattr(tracker_environment, "python_of", python_of)


def test_what_no_registry_serves_is_counted_with_its_reason(
    passes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    gone = {"hosted": {"neptune": "import neptune fails"}, "flyte": "no time was left for it"}
    served(monkeypatch, tmp_path, gone)
    assert run_trackers.main([]) == 0
    assert passes == ["local", "hosted"]
    assert capsys.readouterr().out.splitlines() == [
        "local: 9 of 9 trackers tested",
        "hosted: 3 of 4 trackers tested",
        "NOT TESTED: neptune: import neptune fails",
        "flyte: 0 of 1 trackers tested",
        "NOT TESTED: flyte: no time was left for it",
    ]


def test_nothing_that_can_be_tested_is_a_failure(
    passes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(monkeypatch, tmp_path, {"flyte": "gone"})
    assert run_trackers.main(["flyte"]) == 1
    assert passes == []


def test_a_test_that_fails_is_a_failure_and_the_next_group_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    served(monkeypatch, tmp_path, {})
    monkeypatch.setattr(run_trackers, "_passes", lambda python, group, *_: group != "local")
    assert run_trackers.main(["local", "flyte"]) == 1
    assert "flyte: 1 of 1 trackers tested" in capsys.readouterr().out


def test_tests_that_do_not_end_are_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    served(monkeypatch, tmp_path, {})

    def run(*words: Any, timeout: float, **more: Any) -> None:
        raise subprocess.TimeoutExpired("pytest", timeout)

    monkeypatch.setattr(subprocess, "run", run)
    assert run_trackers.main(["flyte", "--minutes", "3"]) == 1
    assert "flyte: the tests are not over within 3 minutes in all" in capsys.readouterr().out


def test_another_group_there_is_not(capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        run_trackers.main(["other"])
    assert ended.value.code == 2
    assert "there is no group other: local, hosted, flyte" in capsys.readouterr().err
