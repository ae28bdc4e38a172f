"""Puts a mutant into the running process: everything is imported already, which takes seconds.

A changed function gets its new code where it is, whoever holds it. What is executed when a module
is imported (a table, a default, the body of a class) cannot be changed so: `plant` says no then.
"""

from __future__ import annotations

import gc
import types
from collections.abc import Iterator
from pathlib import Path

from mutation.mutant import Mutant, Source

_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_OPTIMIZED = 0x1  # the flag of the code of a function; modules and classes have it not


class Garden:
    """The live functions of one module, by their code. Made before anything is mutated."""

    def __init__(self, source: Source, file: Path) -> None:
        self.source = source
        self._file = str(file)
        self._code = compile(source.text, self._file, "exec", dont_inherit=True)
        self._live: dict[tuple[str, int], list[types.FunctionType]] = {}
        for one in gc.get_objects():
            if type(one) is types.FunctionType and one.__code__.co_filename == self._file:
                self._live.setdefault(_name(one.__code__), []).append(one)

    def plant(self, mutant: Mutant) -> bool:
        """Change the functions; False if that does not do."""
        new = compile(mutant.applied(self.source.text), self._file, "exec", dont_inherit=True)
        changed: list[tuple[types.FunctionType, types.CodeType]] = []
        if not self._compare(self._code, new, changed):
            return False
        if any(len(f.__code__.co_freevars) != len(code.co_freevars) for f, code in changed):
            return False
        for function, code in changed:
            function.__code__ = code
        return True

    def _compare(
        self,
        old: types.CodeType,
        new: types.CodeType,
        changed: list[tuple[types.FunctionType, types.CodeType]],
    ) -> bool:
        """Whether two codes differ in functions alone: those are added to `changed`."""
        function = bool(old.co_flags & _OPTIMIZED)
        if not function and _bare(old) != _bare(new):
            return False
        inner = list(_codes(new))
        for one in _codes(old):
            other = next((code for code in inner if code.co_name == one.co_name), None)
            if other is None:
                if function:
                    continue  # a lambda that the mutant has no more
                return False
            inner.remove(other)
            if not function and one.co_name in _COMPREHENSIONS and _bare(one) != _bare(other):
                return False
            if one.co_flags & _OPTIMIZED:
                changed += [(live, other) for live in self._live.get(_name(one), ())]
            if not self._compare(one, other, changed):
                return False
        return True


def _name(code: types.CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    return (one for one in code.co_consts if isinstance(one, types.CodeType))


def _bare(code: types.CodeType) -> tuple[object, ...]:
    """What code does, without the functions in it and without line numbers."""
    constants = [repr(one) for one in code.co_consts if not isinstance(one, types.CodeType)]
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars
