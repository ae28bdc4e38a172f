"""A plugin of pytest that runs the tests once and then, for each mutant, those that it concerns.

Each mutant lives in a fork of this process, where all is imported and collected: that costs some
hundredths of a second, where a process of its own would cost several seconds.
"""

from __future__ import annotations

import functools
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mutation.choosing import Covered
from mutation.database import KILLED, OPEN, SURVIVED, TIMEOUT, Database
from mutation.groups import Group
from mutation.mutant import ROOT, Mutant, Source
from mutation.planting import Garden
from mutation.replanting import replant

SECONDS = 60
"""How long one test may take: the mutant that makes it take longer is noticed, as `timeout`."""
PATIENCE = 60
"""After how many seconds of work no further test is asked about a mutant: it has survived then."""
_KILLED, _SURVIVED = 1, 0


class Runner:
    """The plugin."""

    def __init__(self, group: Group, mutants: list[Mutant], database: Database, jobs: int) -> None:
        self._group = group
        self._mutants = mutants
        self._database = database
        self._jobs = jobs

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what takes too long."""
        items[:] = [i for i in items if not any(word in i.nodeid for word in self._group.without)]
        for item in items:
            if isinstance(item, pytest.Function):
                unused = set(self._group.unused) & set(item.fixturenames)
                item.fixturenames[:] = [n for n in item.fixturenames if n not in unused]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Everything."""
        sources = {path: Source(path) for path in {mutant.path for mutant in self._mutants}}
        gardens = {path: Garden(source, ROOT / path) for path, source in sources.items()}
        self._caches = list(_caches(self._group.keeps))
        for name in self._group.remembers:
            _remember(name)
        self._choice: Any
        if self._group.replays:
            from mutation.replaying import Replayed

            self._choice = Replayed()
        else:
            self._choice = Covered(list(sources.values()))
        began = time.perf_counter()
        self._choice.watch(session.items, self._play)
        if session.testsfailed:
            raise session.Failed("the tests fail without any mutant")
        print(f"\n{len(session.items)} tests in {time.perf_counter() - began:.0f} s", flush=True)
        gc.collect()
        gc.freeze()
        gc.disable()
        self._each(lambda mutant: self._judge(session, gardens[mutant.path], mutant))
        return True

    def _play(self, item: pytest.Item, after: pytest.Item) -> None:
        for cache in self._caches:
            cache.cache_clear()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    def _judge(self, session: pytest.Session, garden: Garden, mutant: Mutant) -> tuple[int, str]:
        # What runs when the module is imported, and in no test, has to be imported again.
        whole = not self._choice.reaches(mutant) or not garden.plant(mutant)
        if whole:
            try:
                replant(garden.source, mutant)
            except Exception as error:
                return _KILLED, f"import: {type(error).__name__}"
        chosen = self._choice.choose(mutant, session.items, whole)
        late = time.process_time() + PATIENCE
        for item in chosen:
            if isinstance(item, str):
                return _KILLED, item
            if time.process_time() > late:
                break
            signal.alarm(SECONDS)
            session._setupstate.teardown_exact(item)
            self._play(item, item)
            if session.testsfailed:
                return _KILLED, item.nodeid
        return _SURVIVED, ""

    def _each(self, judge: Callable[[Mutant], tuple[int, str]]) -> None:
        """Fork for each mutant, several at a time."""
        running: dict[int, tuple[Mutant, int, float]] = {}
        for number, mutant in enumerate(self._mutants):
            if len(running) >= self._jobs:
                self._settle(running)
            reads, writes = os.pipe()
            child = os.fork()
            if not child:
                _live(functools.partial(judge, mutant), writes)
            os.close(writes)
            running[child] = mutant, reads, time.perf_counter()
            if number % 200 == 199:
                print(f"{number + 1} of {len(self._mutants)}", flush=True)
        while running:
            self._settle(running)

    def _settle(self, running: dict[int, tuple[Mutant, int, float]]) -> None:
        child, status = os.wait()
        mutant, reads, began = running.pop(child)
        with os.fdopen(reads) as pipe:
            killer = pipe.read()
        if os.WIFSIGNALED(status):
            alarm = os.WTERMSIG(status) == signal.SIGALRM
            said = TIMEOUT if alarm else KILLED
        else:
            codes = {_KILLED: KILLED, _SURVIVED: SURVIVED}
            said = codes.get(os.WEXITSTATUS(status), OPEN)
        self._database.settle(mutant, said, killer, time.perf_counter() - began)


def _live(judge: Callable[[], tuple[int, str]], writes: int) -> None:
    """The life of a fork, which never comes back from here."""
    code = 9
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        if not os.environ.get("MUTATION_LOUD"):
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
        code, killer = judge()
        os.write(writes, killer.encode())
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _caches(keeps: list[str]) -> Iterator[Any]:
    """What our code computes once."""
    for one in gc.get_objects():
        if type(one) is functools._lru_cache_wrapper:
            module = str(one.__module__)
            ours = module.startswith("loopspec") or "test" in module or module == "kill_matrix"
            if ours and one.__name__ not in keeps:
                yield one


def _remember(name: str) -> None:
    """Have a function of a test module called once for the same arguments."""
    place, _, function = name.rpartition(".")
    module = next(m for n, m in sys.modules.items() if n.split(".")[-1] == place)
    original, kept = getattr(module, function), {}

    def remembered(*arguments: Any, **named: Any) -> Any:
        key = repr(arguments), repr(named)
        if key not in kept:
            kept[key] = original(*arguments, **named)
        return kept[key]

    setattr(module, function, remembered)
