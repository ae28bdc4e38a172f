"""The environments that subjects are judged in: `.venvs/NAME`, made from a list of pins.

`results/environments/NAME.txt` pins all that the environment holds, and is installed without asking
for dependencies, so that packages can share an environment that contradict each other on paper.
`here` is the environment that this runs in.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from writing import ROOT

PINS = ROOT / "results" / "environments"
HERE = "here"
OLDEST_PIP = "pip>=25.1"
SETTINGS = {
    "HF_HUB_OFFLINE": "1",
    "PYTHONWARNINGS": "ignore",
    "TOKENIZERS_PARALLELISM": "false",
    # Before transformers 4.47 a checkpoint is read in a way that today's torch refuses otherwise.
    "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1",
    "TRL_EXPERIMENTAL_SILENCE": "1",
}
"""What is set for all that runs in an environment."""


class Unavailable(Exception):  # noqa: N818  # it says what the environment is
    """An environment that cannot be made. The text is one line that says why."""


def place_of(name: str) -> Path:
    """Where the interpreter of an environment is once it is made."""
    return Path(sys.executable) if name == HERE else ROOT / ".venvs" / name / "bin" / "python"


def python_of(name: str) -> Path:
    """The interpreter of an environment, made anew if it is not there or its pins have changed.

    Raises:
        Unavailable: it cannot be made.
    """
    if name == HERE:
        return place_of(name)
    pins = PINS / f"{name}.txt"

    def fill(python: Path) -> None:
        # torch first, by itself: it is what others would pull in another build of.
        for wanted in ([OLDEST_PIP], [torch_of(pins)], ["--no-deps", "--requirement", str(pins)]):
            install(name, python, wanted)
        install(name, python, ["--no-deps", "--editable", str(ROOT)])

    return made(name, pins.read_bytes(), fill)


def made(name: str, source: bytes, fill: Callable[[Path], None]) -> Path:
    """The interpreter of an environment, made anew if it is not there or was made from another
    `source`. `fill` is given the interpreter, and installs.

    Raises:
        Unavailable: `fill` did; the environment is tried anew next time.
    """
    python, digest = place_of(name), hashlib.sha256(source).hexdigest()
    folder = python.parents[1]
    ready = folder / ".ready"
    if not ready.exists() or ready.read_text("utf-8") != digest:
        print(f"{name}: making the environment, which takes minutes", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        fill(python)
        ready.write_text(digest, "utf-8")
    return python


def torch_of(pins: Path) -> str:
    """The requirement of torch in a file of pins."""
    found = pinned(pins.read_text("utf-8"))
    return f"torch=={found['torch']}"


def install(name: str, python: Path, wanted: list[str]) -> None:
    """Have pip install into an environment.

    Raises:
        Unavailable: with what pip says last.
    """
    command = [str(python), "-m", "pip", "install", "--quiet", "--upgrade", *wanted]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"environment {name} cannot be made: {_why(done.stderr)}")


def _why(errors: str) -> str:
    """What pip says in the end, in one line."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    told = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    told = [line for line in told if not line.startswith("ResolutionImpossible")]
    return (told or lines or ["pip gave no reason"])[-1]


def pinned(text: str) -> dict[str, str]:
    """The version of each package that a file of pins names, by its normalized name."""
    found = re.findall(r"^([\w.-]+)==([^\s;#]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def version_in(environment: str, package: str) -> str:
    """The version of a package that an environment is to have.

    Raises:
        KeyError: its pins do not name the package.
    """
    pins = ROOT / "constraints.txt" if environment == HERE else PINS / f"{environment}.txt"
    if package == "loopspec":
        text = (ROOT / "pyproject.toml").read_text("utf-8")
        found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
        assert found is not None, "pyproject.toml states the version"
        return found[1]
    return pinned(pins.read_text("utf-8"))[package]


def run_in(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python of an environment, and give its status and what it said."""
    command = [str(python), *arguments]
    environment = {**os.environ, **SETTINGS}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
