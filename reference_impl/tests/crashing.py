"""A run that dies at a place, and the run that goes on from what it left; each in its own process.

A place is an event, or an operation on a file, counted from the beginning of training: `Place`. At
it the process is killed, by the kernel and without a word, or meets one of the other fates in
`FATES`. Processes are forked from one that has imported torch, and so cost little.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch._dynamo  # which takes seconds, and is imported when an optimizer is made
import torch.distributed as dist
from several_processes import Line, samples
from tqdm import tqdm

from loopspec_reference import Trainer, TrainerCallback, TrainingArguments
from loopspec_reference.callback import EVENTS
from loopspec_reference.position import rng_state

#: What a run does besides training. Each saves at every step, and has places of its own for it.
JOBS: dict[str, dict[str, Any]] = {
    "plain": {"logging_steps": 4, "gradient_accumulation_steps": 2},
    "limited": {"save_total_limit": 1, "logging_steps": 3},
    "best": {
        "save_total_limit": 1,
        "logging_steps": 2,
        "eval_strategy": "steps",
        "eval_steps": 1,
        "metric_for_best_model": "loss",
        "load_best_model_at_end": True,
    },
}

FATES = {
    "kill": "kill -9",
    "power cut": "the same, and what was not synced is lost",
    "torn write": "killed in the middle of writing the file that is opened there",
    "full disk": "the file that is opened there cannot be written",
    "SIGTERM": "asked to end",
    "Ctrl-C": "interrupted",
}


class Place(NamedTuple):
    """The n-th event, or the n-th operation on a file; counted from 1."""

    kind: str
    number: int


def job_arguments(job: str, folder: Path, **settings: Any) -> TrainingArguments:
    """Six steps over two epochs, with dropout, momentum and a falling rate."""
    given = {
        "output_dir": str(folder / "out"),
        "num_train_epochs": 2,
        "per_device_train_batch_size": 4,
        "learning_rate": 0.05,
        "logging_strategy": "steps",
        "save_strategy": "steps",
        "save_steps": 1,
        "disable_tqdm": True,
        "report_to": "none",
        "use_cpu": True,
        "ddp_timeout": 60,
        **JOBS[job],
        **settings,
    }
    world = int(os.environ.get("WORLD_SIZE", "1"))
    given["per_device_train_batch_size"] //= world * given.get("gradient_accumulation_steps", 1)
    return TrainingArguments(**given)


@dataclass
class Fate:
    """Waits for a place, and lets the process meet its fate there."""

    place: Place | None
    name: str
    root: Path
    seen: list[str] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _unsynced: set[str] = field(default_factory=set)
    _renamed: list[tuple[str, str]] = field(default_factory=list)

    def pass_by(self, kind: str, label: str, opens: bool = False) -> None:
        """Something happens now; `opens` tells whether it opens a file for writing."""
        self.seen.append(label)
        self._counts[kind] = number = self._counts.get(kind, 0) + 1
        if self.place == (kind, number):
            self._strike(opens)

    def _strike(self, opens: bool) -> None:
        if self.name == "Ctrl-C":
            # Who starts the tests in the background has it ignored in all that they start.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.kill(os.getpid(), signal.SIGINT)
        elif self.name == "SIGTERM":
            os.kill(os.getpid(), signal.SIGTERM)
        elif self.name in ("torn write", "full disk") and opens:
            if self.name == "torn write":
                # By default Python has it ignored, and gets an error of the system.
                signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
        elif self.name != "full disk":
            if self.name == "power cut":
                self._lose_unsynced()
            os.kill(os.getpid(), signal.SIGKILL)

    def watch_files(self) -> None:
        """Count all that is done to files and folders in `root`."""
        sys.addaudithook(self._heard)
        sync = os.fsync

        def counted(handle: int) -> None:
            path = os.readlink(f"/proc/self/fd/{handle}")
            self.pass_by("file", f"sync {self._short(path)}")
            sync(handle)
            self._unsynced.discard(path)
            self._renamed = [pair for pair in self._renamed if os.path.dirname(pair[1]) != path]

        os.fsync = counted

    def _heard(self, event: str, about: tuple[Any, ...]) -> None:
        if event not in _OPERATIONS or not self._is_mine(event, about):
            return
        path = os.fspath(about[0])
        writes = event == "open"
        target = [self._short(os.fspath(about[1]))] if event == "os.rename" else []
        self.pass_by("file", " ".join([_OPERATIONS[event], self._short(path), *target]), writes)
        if writes:
            self._unsynced.add(path)
        elif event == "os.rename":
            self._renamed.append((path, os.fspath(about[1])))
            for name in [name for name in self._unsynced if name.startswith(path)]:
                self._unsynced.remove(name)
                self._unsynced.add(os.fspath(about[1]) + name.removeprefix(path))

    def _is_mine(self, event: str, about: tuple[Any, ...]) -> bool:
        if event == "open":
            return str(about[0]).startswith(str(self.root)) and bool(
                (about[2] or 0) & (os.O_WRONLY | os.O_RDWR)
            )
        # Deleting a tree goes by handles of folders and bare names.
        return str(about[0]).startswith(str(self.root)) or about[-1] not in (-1, None)

    def _lose_unsynced(self) -> None:
        for old, new in reversed(self._renamed):
            with contextlib.suppress(OSError):
                os.rename(new, old)
            for name in [name for name in self._unsynced if name.startswith(new)]:
                self._unsynced.remove(name)
                self._unsynced.add(old + name.removeprefix(new))
        for path in self._unsynced:
            with contextlib.suppress(OSError):
                os.truncate(path, 0)

    def _short(self, path: str) -> str:
        return path.removeprefix(str(self.root)).lstrip("/") or "."


_OPERATIONS = {
    "open": "open",
    "os.rename": "rename",
    "os.mkdir": "mkdir",
    "os.remove": "unlink",
    "os.rmdir": "rmdir",
}


class Passing(TrainerCallback):
    """Passes each event by a fate, and notes each checkpoint that was announced."""

    def __init__(self, fate: Fate, notes: Path) -> None:
        for event in EVENTS:
            setattr(self, event, self._make(fate, notes, event))

    @staticmethod
    def _make(fate: Fate, notes: Path, event: str) -> Callable[..., None]:
        def method(args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if event == "on_save" and state.is_world_process_zero:
                notes.write_text(str(state.global_step))
            fate.pass_by("event", f"{event}@{state.global_step}")

        return method


def train(
    job: str, folder: Path, place: Place | None, fate: str, resume: bool, settings: dict[str, Any]
) -> None:
    """Train in this process, which is not used for anything else; leave results in `folder`."""
    torch.set_num_threads(1)
    sys.stdout = sys.stderr = (folder / f"shown-{os.environ.get('RANK', 0)}").open("a")
    args = job_arguments(job, folder, **settings)
    here = Fate(place, fate, folder / "out")
    notes = folder / "announced"
    kept: dict[str, Any] = {}
    trainer = Trainer(
        Line(dropout=0.5),
        args,
        train_dataset=samples(12),
        eval_dataset=samples(6),
        callbacks=[Passing(here, notes)],
    )
    here.watch_files()
    try:
        trainer.train(resume_from_checkpoint=resume)
        kept = result(trainer)
    except BaseException as error:
        kept["raised"] = f"{type(error).__name__}: {error}"
        raise
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        kept |= {"seen": here.seen, "bars": len(tqdm._instances)}
        torch.save(kept, folder / f"result-{args.process_index}.pt")


def result(trainer: Trainer) -> dict[str, Any]:
    """All that has to be the same in the end."""
    times = ("_runtime", "_per_second")
    history = [
        {name: value for name, value in row.items() if not name.endswith(times)}
        for row in trainer.state.log_history
    ]
    return {
        "weights": trainer.model.state_dict(),
        "optimizer": trainer.optimizer.state_dict(),
        "scheduler": trainer.lr_scheduler.state_dict(),
        "rng": rng_state(),
        "history": history,
        "state": {
            name: getattr(trainer.state, name)
            for name in ("global_step", "epoch", "best_metric", "best_global_step")
        },
    }


PARTS = ("weights", "optimizer", "scheduler", "rng", "history", "state")


def same(one: Any, other: Any) -> bool:
    """Whether two results are the same to the bit."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["crashing"])


@cache
def _ready() -> None:
    """Start the process that all others are forked from, which is not told where to import from."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def start(
    job: str,
    folder: Path,
    place: Place | None = None,
    fate: str = "kill",
    resume: bool = False,
    environment: dict[str, str] | None = None,
    **settings: Any,
) -> Any:
    """A process that trains."""
    _ready()
    folder.mkdir(exist_ok=True)
    process = _processes.Process(
        target=_in_environment,
        args=(environment or {}, job, folder, place, fate, resume, settings),
        daemon=True,
    )
    process.start()
    return process


def _in_environment(environment: dict[str, str], *arguments: Any) -> None:
    os.environ.update(environment)
    train(*arguments)


def outcome(process: Any, seconds: float = 60) -> int:
    """Its exit code, negative for a signal; a process that does not end is an error."""
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        raise AssertionError("a process did not end")
    code: int = process.exitcode
    return code


def load(folder: Path, rank: int = 0) -> dict[str, Any]:
    """The result of the process of that rank."""
    found: dict[str, Any] = torch.load(folder / f"result-{rank}.pt")
    return found


def start_all(
    job: str,
    folder: Path,
    size: int,
    fates: dict[int, tuple[Place, str]] | None = None,
    resume: bool = False,
) -> list[Any]:
    """`size` processes that train together; `fates` by rank. They meet at a port that is free."""
    store = dist.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    processes = []
    for rank in range(size):
        environment = {
            "RANK": str(rank),
            "LOCAL_RANK": str(rank),
            "WORLD_SIZE": str(size),
            "LOCAL_WORLD_SIZE": str(size),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(store.port),
            "TORCHELASTIC_USE_AGENT_STORE": "True",
        }
        place, fate = (fates or {}).get(rank, (None, "kill"))
        processes.append(start(job, folder, place, fate, resume, environment))
    processes[0].store = store  # which lives as long as they do
    return processes


if __name__ == "__main__":
    # torchrun crashing.py FOLDER RESUME [RANK EVENT]: killed at that event in that rank
    _folder, _resume, *_where = sys.argv[1:]
    _here = _where and _where[0] == os.environ["RANK"]
    _place = Place("event", int(_where[1])) if _here else None
    train("plain", Path(_folder), _place, "kill", bool(int(_resume)), {})
