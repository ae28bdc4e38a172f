"""Starting the job in a process of its own: no network, no settings of the user, a clean home."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOREIGN = (
    "WANDB", "COMET", "MLFLOW", "HF_MLFLOW", "NEPTUNE", "AZUREML", "CODECARBON", "CLEARML",
    "DAGSHUB", "HF_DAGSHUB", "FLYTE", "DVC", "HF_DVC", "TENSORBOARD", "TRACKIO", "LOOPSPEC",
)  # fmt: skip
"""Prefixes of variables that would change what a tracker does."""


@dataclass
class Played:
    """What came of a job: the folder it ran in, what it says of itself, and how it ended.

    `seconds` is the wall time of the whole process, `used` that from when the trainer was built, or
    failed to be, to the end of the process; what is imported before depends on how busy the machine
    is. `told` is each number that was logged as `[name, step, value]`.
    """

    folder: Path
    result: dict[str, Any]
    code: int
    output: str
    seconds: float
    used: float

    @property
    def told(self) -> dict[tuple[str, int], float]:
        """What was logged, by name and step."""
        return {(name, step): value for name, step, value in self.result["told"]}

    def must_end_well(self) -> None:
        """Raises AssertionError where the job raised, or ended with another code than 0."""
        if words := self.result["error"] or (self.code and f"exit {self.code}"):
            raise AssertionError(f"{words}\n{self.output}")

    def must_be_quiet(self) -> None:
        """Raises AssertionError where it did, or where the trainer warned of something."""
        self.must_end_well()
        if self.warnings:
            raise AssertionError(f"{'; '.join(self.warnings)}\n{self.output}")

    @property
    def warnings(self) -> list[str]:
        """What the trainer warned of."""
        return list(self.result["warnings"])


@functools.cache
def can_isolate() -> bool:
    """Whether a process can be given a network, and a disk, of its own here."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(isolated("none", "", ["true"]), capture_output=True).returncode == 0


def isolated(network: str, disk: str, command: list[str]) -> list[str]:
    """The command with another network or disk.

    `network`: "none" has the loopback only, where every other address is unreachable at once; in
    "hole" packets vanish, and who waits for an answer waits; "host" is the machine's.
    `disk`: a folder, below the working directory, that holds 32 MiB; "" for none.
    """
    lines = {
        "none": "ip link set lo up",
        "hole": "ip link set lo up; ip link add h0 type veth peer name h1 || ip link add h0 type "
        "dummy; ip addr add 198.18.0.2/24 dev h0; ip link set h0 up; ip link set h1 up || true; "
        "ip route add default via 198.18.0.1 dev h0; ip neigh replace "
        "198.18.0.1 lladdr 02:00:00:00:00:01 dev h0 nud permanent",
        "host": "true",
    }[network]
    if disk:
        lines += f"; mkdir -p {disk}; mount -t tmpfs -o size=32m tmpfs {disk}"
    # With processes of its own too: what the job leaves behind, stopped or not, ends with it.
    flags = ["-m", "-p", "--fork", "--kill-child", "--mount-proc"]
    flags += ["-n"] if network != "host" else []
    return ["unshare", *flags, "bash", "-c", f'set -e; {lines}; "$@"; exit $?', "_", *command]


def play(
    folder: Path,
    *,
    network: str = "none",
    disk: str = "",
    environment: dict[str, str] | None = None,
    timeout: float = 240.0,
    **job: Any,
) -> Played:
    """Run a job in `folder` and wait for it.

    Raises AssertionError with the process's output if it ends without a result, or not in time:
    the processes that it left behind are killed then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    home = folder / "home"
    for made in (home, folder / "tmp"):
        made.mkdir(exist_ok=True)
    (folder / "job.json").write_text(json.dumps(job), "utf-8")
    ours = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    path = os.pathsep.join([str(HERE.parent), ours.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    ours |= {
        "HOME": str(home), "TMPDIR": str(folder / "tmp"), "PYTHONPATH": path,
        "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "1",
        **(environment or {}),
    }  # fmt: skip
    command = [sys.executable, str(HERE / "job.py"), "job.json"]
    started = time.perf_counter()
    process = subprocess.Popen(
        isolated(network, disk, command) if can_isolate() else command,
        cwd=folder, env=ours, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        raise AssertionError(f"not over in time\n{timeout:g} s:\n{output}") from None
    seconds, ended = time.perf_counter() - started, time.time()
    (folder / "output.txt").write_text(output, "utf-8")
    result = folder / "result.json"
    assert result.is_file(), f"no result, exit {process.returncode}:\n{output}"
    known = json.loads(result.read_text("utf-8"))
    return Played(folder, known, process.returncode, output, seconds, ended - known["built"])
