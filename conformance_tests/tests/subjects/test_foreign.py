"""Trainers with another protocol, each judged where its package is installed.

What fails for a framework, and is no known deviation, is listed here: a change of it is news."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from loopspec import EarlyStopping, Event, Scenario, check, record
from loopspec.faults import EXTRAS, SubjectFault
from loopspec.known import bundled_known
from loopspec.subjects import foreign
from loopspec.targets import BUILT_IN, resolve

FAILS = {
    "fastai": {"EVT-36", "DISP-2"},
    "ignite": {"EVT-2"},
    "keras": set[str](),
    "lightning": {"EVT-2"},
    "poutyne": {"CTRL-23"},
    "pytorch-accelerated": {"DISP-2"},
    "skorch": {"EVT-6", "DISP-2"},
}
PACKAGES = {extra: package for package, extra in EXTRAS.items() if extra in FAILS}


@pytest.fixture(params=FAILS)
def framework(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if not find_spec(PACKAGES[name]):
        pytest.skip(f"loopspec[{name}] is not installed")
    return name


@pytest.mark.filterwarnings("ignore")
def test_a_framework_is_judged(framework: str) -> None:
    report = check(framework, processes=0)
    assert {result.rule.id for result in report.failures} == FAILS[framework]
    assert report.loose_crashes == []
    assert report.by is not None
    assert report.by.version != "unknown"


@pytest.mark.filterwarnings("ignore")
def test_its_own_early_stopping_ends_a_run(framework: str) -> None:
    scenario = Scenario(
        name="worse-and-worse",
        num_train_epochs=8,
        train_batches=1,
        eval_batches=1,
        eval_strategy="epoch",
        metrics=(1.0, 1.1, 1.2, 1.3),
        early_stopping=EarlyStopping(patience=2),
    )
    trace = record(resolve(framework), scenario)
    assert trace.outcome.kind == "completed"
    assert len(trace.of(Event.EPOCH_BEGIN)) == 3


@pytest.mark.parametrize("name", FAILS)
def test_a_framework_that_is_not_installed_is_told_with_its_extra(name: str) -> None:
    if find_spec(PACKAGES[name]):
        pytest.skip(f"{PACKAGES[name]} is installed")
    with pytest.raises(SubjectFault, match=re.escape(f"pip install 'loopspec[{name}]'")):
        resolve(name)


@pytest.mark.parametrize("name", FAILS)
def test_an_adapter_is_short_and_says_what_it_decides(name: str) -> None:
    module = BUILT_IN[name].partition(":")[0].rpartition(".")[2]
    text = (Path(foreign.__file__).parent / f"{module}.py").read_text("utf-8")
    assert len(text.splitlines()) < 150
    assert {"What the translation decides:", "What it leaves out:"} <= set(
        re.findall(r"^What [\w ]+:", text, re.MULTILINE)
    )
    assert bundled_known(name) is not None


SCRIPTS = Path(__file__).parents[3] / "examples" / "deviations"


@pytest.mark.parametrize("name", FAILS)
def test_its_deviations_show_without_the_suite(name: str) -> None:
    found = sorted(SCRIPTS.glob(f"{name.replace('-', '_')}_*.py"))
    assert found
    if not find_spec(PACKAGES[name]):
        pytest.skip(f"loopspec[{name}] is not installed")
    for script in found:
        ran = subprocess.run([sys.executable, script], capture_output=True, text=True)
        said = dict(re.findall(r"^(came|transformers): (.+)$", ran.stdout, re.MULTILINE))
        assert ran.returncode == 0, ran.stderr
        assert said.keys() == {"came", "transformers"}, script.name
        assert said["came"] != said["transformers"], f"{script.name}: it does so no more"
