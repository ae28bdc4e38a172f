"""Puts a mutant into the running process where what is executed at import is changed.

The module is imported anew, with those of its package that use it; whoever else holds something of
them, a test module say, gets what is there under the same name now.
"""

from __future__ import annotations

import importlib
import sys
import types
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from typing import Any

from mutation.mutant import ROOT, Mutant, Source

_SHARED = (int, float, str, bytes, bool, type(None))
"""What may be the same object in two places by chance."""


def replant(source: Source, mutant: Mutant) -> None:
    """Import anew. Raises what the mutated module raises."""
    package = mutant.module.rpartition(".")[0]
    package = package if "." in package or package == "loopspec_reference" else mutant.module
    old = {name: sys.modules[name] for name in _users(mutant.module, package)}
    for name in old:
        del sys.modules[name]
    sys.meta_path.insert(0, _Finder(source, mutant))
    for name in old:
        importlib.import_module(name)
    changed = {
        id(value): vars(sys.modules[name])[word]
        for name, module in old.items()
        for word, value in vars(module).items()
        if word in vars(sys.modules[name]) and not isinstance(value, _SHARED) and word[:2] != "__"
    }
    for module in list(sys.modules.values()):
        for word, value in (
            list(vars(module).items()) if isinstance(module, types.ModuleType) else ()
        ):
            if id(value) in changed and module.__name__ not in old:
                setattr(module, word, changed[id(value)])


def _users(name: str, package: str) -> list[str]:
    """The module, and those of its package that hold something of it, directly or not."""
    here = {n: m for n, m in sys.modules.items() if f"{n}.".startswith(f"{package}.")}
    found = {name}
    while True:
        things = {id(here[one]) for one in found} | {
            id(value)
            for one in found
            for value in vars(here[one]).values()
            if getattr(value, "__module__", one) == one and not isinstance(value, _SHARED)
        }
        users = {n for n, m in here.items() if any(id(v) in things for v in vars(m).values())}
        if users <= found:
            return [n for n in here if n in found]
        found |= users


class _Finder(MetaPathFinder, SourceFileLoader):
    """Finds the mutated module, and loads it."""

    def __init__(self, source: Source, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(ROOT / mutant.path))
        self._code = mutant.applied(source.text)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> types.CodeType:
        return compile(self._code, self.path, "exec", dont_inherit=True)
