"""The recipes for CI, run as a forge runs them: step by step, in a fresh environment, on a copy of
the repository under examples/third_party. It installs a framework, so `make test-recipes` asks for
it (LOOPSPEC_RECIPES=1), which `.ci/run` does."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "third_party"
WORKFLOW = SAMPLE / ".github" / "workflows" / "callbacks.yml"
ACTION = ROOT / "action.yml"
ASKED = os.environ.get("LOOPSPEC_RECIPES") == "1"
fresh = pytest.mark.skipif(not ASKED, reason="installs a framework: make test-recipes")


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment; gives the folder of its programs."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder / "bin"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The sample repository, checked out by itself."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "checkout"))


class Forge:
    """Runs steps in a checkout, each in a shell of its own, as forges do."""

    def __init__(self, checkout: Path, programs: Path) -> None:
        self.checkout, self.summary = checkout, checkout.parent / "summary.md"
        self.env = {
            "PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(checkout.parent),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            **{name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "UV_"))},
        }

    def run(self, script: str, **env: str) -> int:
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(command, cwd=self.checkout, env={**self.env, **env}).returncode


def steps_of_the_workflow() -> Iterator[tuple[str, dict[str, str]]]:
    """Each script of the workflow's job with its environment, and those of our action in it."""
    (job,) = load(WORKFLOW)["jobs"].values()
    for step in job["steps"]:
        if "run" in step:
            yield step["run"], {}
        elif step["uses"].startswith("OWNER/loopspec@"):
            yield from steps_of_the_action(step["with"])


def steps_of_the_action(given: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    action = load(ACTION)
    assert given.keys() <= action["inputs"].keys(), "the workflow gives an input that there is not"
    values = {name: given.get(name, one.get("default")) for name, one in action["inputs"].items()}
    for step in action["runs"]["steps"]:
        env = {
            name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: values[m[1]], text)
            for name, text in step.get("env", {}).items()
        }
        yield step["run"], env


def break_it(checkout: Path) -> None:
    """What a change to the loop may well do: an epoch's stop stays for the next."""
    loop = checkout / "homemade.py"
    text = loop.read_text("utf-8")
    broken = text.replace('"on_epoch_begin", "should_epoch_stop"', '"on_epoch_begin"')
    assert broken != text
    loop.write_text(broken, "utf-8")


def reports(checkout: Path) -> tuple[dict[str, Any], ET.Element, dict[str, Any]]:
    folder = checkout / "loopspec-reports"
    report = json.loads((folder / "report.json").read_bytes())
    badge = json.loads((folder / "badge.json").read_bytes())
    assert (folder / "page.html").read_text("utf-8").startswith("<!doctype html>")
    return report, ET.parse(folder / "junit.xml").getroot(), badge


@fresh
def test_the_workflow_of_github(checkout: Path, environment: Path) -> None:
    forge = Forge(checkout, environment)
    assert [forge.run(script, **env) for script, env in steps_of_the_workflow()] == [0, 0, 0]
    report, junit, badge = reports(checkout)
    assert report["conforms"]
    assert report["counts"]["fail"] == 0
    assert badge["message"].startswith(f"{report['counts']['pass']} passed")
    assert len(list(junit.iter("testcase"))) == len(report["rules"])
    assert "conforms" in forge.summary.read_text("utf-8")


@fresh
def test_a_change_that_breaks_the_loop_ends_the_job_and_is_told(
    checkout: Path, environment: Path
) -> None:
    break_it(checkout)
    forge = Forge(checkout, environment)
    assert [forge.run(script, **env) for script, env in steps_of_the_workflow()] == [0, 0, 1]
    summary = forge.summary.read_text("utf-8")
    assert "CTRL-3" in summary
    assert "loopspec check adapter.py" in summary
    failed = [one.get("name") for one in reports(checkout)[1].iter("testcase") if len(one)]
    assert any("CTRL-3" in (name or "") for name in failed)


@fresh
def test_the_script_of_gitlab(checkout: Path, environment: Path) -> None:
    (job,) = load(SAMPLE / ".gitlab-ci.yml").values()
    source = checkout.parent / "source"
    subprocess.run(
        ["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", source], check=True
    )
    forge = Forge(checkout, environment)
    settings = {**job["variables"], "LOOPSPEC": f"file://{source}"}
    assert [forge.run(line, **settings) for line in job["script"]] == [0] * len(job["script"])
    assert reports(checkout)[0]["conforms"]


def test_the_script_says_what_it_lacks(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", ROOT / "ci" / "check.sh"], cwd=tmp_path, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 1
    assert "say which trainer is to be judged" in done.stderr


def test_the_sample_is_what_the_guide_arrives_at(tmp_path: Path) -> None:
    from test_guide import DOCS, blocks, run

    (loop,) = (text for _, kind, name, text in blocks(DOCS / "guide.md") if kind == "python")
    (change,) = (text for _, kind, name, text in blocks(DOCS / "guide.md") if kind == "diff")
    (tmp_path / "homemade.py").write_text(loop)
    (tmp_path / "change.diff").write_text(change)
    run("patch --no-backup-if-mismatch homemade.py change.diff", tmp_path)
    assert (SAMPLE / "homemade.py").read_text("utf-8") == (tmp_path / "homemade.py").read_text()
