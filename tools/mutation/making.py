"""Makes the mutants of a module with the operators of mutmut."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from mutation.mutant import Mutant, Source


class _Visitor(MutationVisitor):
    """mutmut's, which also looks into decorated functions: every check of a rule is one. mutmut
    copies what it mutates, and so leaves them alone; here they are changed in place."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.SimpleStatementLine) and _says_nothing(node):
            return True
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        return super()._skip_node_and_children(node)

    def _create_mutations(self, node: cst.CSTNode) -> None:
        for kind, operator in self._operators:
            if isinstance(node, kind):
                made = [new for new in operator(node) if _tells_more(node, new)]
                if isinstance(node, cst.SimpleString):
                    made = made[:1]
                self.found += [(node, new, operator.__name__) for new in made]

    found: list[tuple[cst.CSTNode, cst.CSTNode, str]]


def _tells_more(old: cst.CSTNode, new: cst.CSTNode) -> bool:
    """mutmut both replaces an argument by None and leaves it out, and spoils a text in three ways:
    of each the first one is made here, as whoever notices it notices the others."""
    both = isinstance(old, cst.Call) and isinstance(new, cst.Call)
    return not both or len(new.args) >= len(old.args)


def _says_nothing(line: cst.SimpleStatementLine) -> bool:
    """What only type checkers and `import *` read."""
    code = cst.Module([line]).code.lstrip()
    return code.startswith("__all__") or ": TypeAlias" in code or "= TypeVar(" in code


def mutants(source: Source) -> Iterator[Mutant]:
    """All mutants of a module that Python can compile, each once."""
    module = MetadataWrapper(cst.parse_module(source.text), unsafe_skip_copy=True).module
    visitor = _Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
    visitor.found = []
    module = MetadataWrapper(module, unsafe_skip_copy=True).visit(visitor)
    parts = [module.code_for_node(part) for part in module.body]
    begins = source.text.index("".join(parts))
    holder = {id(node): n for n, part in enumerate(module.body) for node in _walk(part)}
    seen = set()
    for old, new, operator in visitor.found:
        place = holder[id(old)]
        changed = module.code_for_node(module.body[place].deep_replace(old, new))
        if changed != parts[place] and (place, changed) not in seen and _compiles(changed):
            seen.add((place, changed))
            at = begins + sum(map(len, parts[:place]))
            yield _told(source, at, parts[place], changed, operator.removeprefix("operator_"))


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _compiles(code: str) -> bool:
    try:
        compile(code, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _told(source: Source, at: int, old: str, new: str, operator: str) -> Mutant:
    """The mutant that has `new` instead of `old`, which begins at a character of the source."""
    first = _common(old, new)
    rest = min(len(old), len(new)) - first
    same = _common(old[::-1], new[::-1])
    end, last = len(old) - min(same, rest), len(new) - min(same, rest)
    line = source.text.count("\n", 0, at + first) + 1
    return Mutant(
        source.path,
        source.function(line),
        operator,
        at + first,
        at + end,
        new[first:last],
        line,
        _lines(old, first, end),
        _lines(new, first, last),
    )


def _common(one: str, other: str) -> int:
    """How many characters at the beginning are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _lines(text: str, start: int, end: int) -> str:
    """The whole lines from one character to another, in one line."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return " ".join(text[first : len(text) if last < 0 else last].split())
