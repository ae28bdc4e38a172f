"""The process that launches worlds: torchrun's agent in a thread for each, and a watch over all."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import sys
import threading
import uuid
from multiprocessing.connection import Connection
from pathlib import Path

from loopspec.faults import died, told
from loopspec.worlds import lives, rank
from loopspec.worlds.warm import METHOD, WARM
from loopspec.worlds.watch import Watch
from loopspec.worlds.world import Ended, World

_LOOK = 0.05
"""Seconds between two looks at what is running."""
_WAITS = 1.0
"""Seconds without an event after which a world counts as waiting, and another one may run."""


def serve(requests: Connection, source: str | bytes, folder: Path, at_once: int) -> None:
    """Launch each `World` that is asked for, and answer with an `Ended`; until nobody asks any
    more, and then leave no process behind."""
    os.setsid()  # a group of its own, which the caller can end as a whole
    _hush()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TORCH_ELASTIC_SHUTDOWN_TIMEOUT", "5")
    _warm(source, folder / "subject.pickle")
    waiting: list[World] = []
    running: list[_Running] = []
    try:
        while True:
            while requests.poll(_LOOK if running or waiting else None):
                waiting.append(requests.recv())
            for one in [one for one in running if not one.is_alive()]:
                running.remove(one)
                requests.send(one.ended())
            for one in running:
                one.watch.look()
            if waiting and sum(one.watch.quiet < _WAITS for one in running) < at_once:
                running.append(_Running(waiting.pop(0)))
                running[-1].start()
    except (EOFError, OSError):  # nobody asks any more
        pass
    finally:
        for one in running:
            one.watch.end()


def _hush() -> None:
    """What trainers and torchrun's agent print is not the report."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    logging.disable(logging.CRITICAL)


def _warm(source: str | bytes, file: Path) -> None:
    """Start the server that processes are forked from, with the subject made already."""
    file.write_bytes(pickle.dumps((sys.path, source)))
    os.environ[WARM] = str(file)
    context = multiprocessing.get_context(METHOD)
    context.set_forkserver_preload(["loopspec.worlds.warm"])
    from multiprocessing import forkserver

    forkserver.ensure_running()


class _Running(threading.Thread):
    """One world, from its launch to its end."""

    def __init__(self, world: World) -> None:
        super().__init__(daemon=True)
        self.watch = Watch(world)
        self._died: dict[int, str] = {}
        self._failed = ""

    def run(self) -> None:
        world = self.watch.world
        for number in world.ranks:
            world.output(number).mkdir(exist_ok=True)
        try:
            if world.scenario.in_turn:
                self._died = lives.play(world, self.watch)
            else:
                self._launch(world)
        except BaseException as error:  # whatever it is, the caller is told
            failures = getattr(error, "failures", {})
            self._died = {n: died(failure.exitcode) for n, failure in failures.items()}
            self._failed = "" if failures else told(error)

    @staticmethod
    def _launch(world: World) -> None:
        from torch.distributed.elastic.multiprocessing.api import DefaultLogsSpecs
        from torch.distributed.launcher.api import LaunchConfig, elastic_launch

        config = LaunchConfig(
            min_nodes=1,
            max_nodes=1,
            nproc_per_node=world.scenario.world,
            run_id=uuid.uuid4().hex,
            rdzv_backend="c10d",
            rdzv_endpoint="localhost:0",  # a port that is free
            local_addr="localhost",
            max_restarts=0,
            monitor_interval=_LOOK,
            start_method=METHOD,
            logs_specs=DefaultLogsSpecs(log_dir=str(world.folder)),
        )
        elastic_launch(config, rank.play)(world)

    def ended(self) -> Ended:
        hung = self.watch.hung
        return Ended(
            self.watch.world.scenario.name,
            hung=hung,
            died={} if hung else self._died,
            failed=self._failed,
        )
