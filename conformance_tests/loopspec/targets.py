"""From what a person types to a subject: a name, `module:attribute`, or a file."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from loopspec.faults import SubjectFault, install_hint, told
from loopspec.recording import FILE_PREFIX
from loopspec.subjects.base import Subject

_Found = TypeVar("_Found")

GROUP = "loopspec.subjects"
_SHIPPED = {
    "reference": "builtin:reference",
    "transformers": "builtin:transformers",
    "seq2seq": "derived.seq2seq:seq2seq",
    "adapters": "derived.adapters:adapters",
    "peft": "derived.peft:peft",
    "sentence-transformers": "derived.sentence_transformers:sentence_transformers",
    "setfit": "derived.setfit:setfit",
    "trl-cpo": "derived.trl:cpo",
    "trl-dpo": "derived.trl:dpo",
    "trl-grpo": "derived.trl:grpo",
    "trl-kto": "derived.trl:kto",
    "trl-online-dpo": "derived.trl:online_dpo",
    "trl-ppo": "derived.trl_own_loop:ppo",
    "trl-reward": "derived.trl:reward",
    "trl-rloo": "derived.trl_own_loop:rloo",
    "trl-sft": "derived.trl:sft",
    "lightning": "foreign.lightning:LightningSubject",
    "keras": "foreign.keras:KerasSubject",
    "ignite": "foreign.ignite:IgniteSubject",
    "skorch": "foreign.skorch:SkorchSubject",
    "fastai": "foreign.fastai:FastaiSubject",
    "pytorch-accelerated": "foreign.pytorch_accelerated:AcceleratedSubject",
    "poutyne": "foreign.poutyne:PoutyneSubject",
}
BUILT_IN = {name: f"loopspec.subjects.{place}" for name, place in _SHIPPED.items()}
"""Where each subject that comes with the suite is made."""
FORMS = (
    "Three forms work: the name of a subject (such as reference or transformers), "
    "module:attribute, or path/to/file.py[:attribute]."
)


def resolve(target: str) -> Subject:
    """The subject that `target` names.

    Raises:
        SubjectFault: there is nothing of that name, it cannot be imported, or it is no trainer.
    """
    return _guarded(target, lambda found: as_subject(found, target))


def _guarded(target: str, use: Callable[[Any], _Found]) -> _Found:
    """What `use` makes of what a target names; whatever is raised becomes a `SubjectFault`."""
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return use(_load(target))
    except SubjectFault:
        raise
    # SystemExit too: a script without a main guard ends the program when it is imported.
    except (Exception, SystemExit) as error:
        raise SubjectFault(_failed(target, error)) from error


def _failed(target: str, error: BaseException) -> str:
    hint = install_hint(error.name) if isinstance(error, ModuleNotFoundError) else ""
    after = hint or " The target is at fault, or something that it imports; nothing was judged."
    return f"{target}: importing it raised {told(error)}.{after}"


def _load(target: str) -> Any:
    if target.startswith("mutant:"):
        return _import("loopspec.mutants", target).mutant_subject(target)
    path, colon, attribute = target.rpartition(":") if ".py:" in target else (target, "", "")
    if path.endswith(".py"):
        module = load_file(Path(path), target)
        return _attribute(module, attribute, target) if colon else _only_one(module, target)
    name, colon, attribute = target.partition(":")
    if colon:
        return _attribute(_import(name, target), attribute, target)
    return _named(target)


def load_class(target: str) -> type:
    """The class that `module:attribute` or `path/to/file.py:attribute` names.

    Raises:
        SubjectFault: there is none, or it cannot be imported.
    """
    if ":" not in target:
        raise SubjectFault(f"{target}: say which class, as module:attribute or file.py:attribute.")
    found = _guarded(target, lambda found: found)
    if not isinstance(found, type):
        raise SubjectFault(f"{target}: it is {_what(found)}, no class.")
    return found


def _named(name: str) -> Any:
    others = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    known = others | BUILT_IN
    if name in known:
        module, _, attribute = known[name].partition(":")
        return _attribute(_import(module, name), attribute, name)
    near = difflib.get_close_matches(name, known, 1)
    meant = f" Did you mean {near[0]}?" if near else f" There are {', '.join(sorted(known))}."
    raise SubjectFault(f"{name}: there is no subject of this name.{meant} {FORMS}")


def _import(name: str, target: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        where = "in the current directory or among the installed packages"
        hint = install_hint(error.name) or f" {FORMS}"
        raise SubjectFault(f"{target}: there is no module {error.name} {where}.{hint}") from None


def load_file(path: Path, target: str = "") -> ModuleType:
    """Import a file by its path. What stands beside it can be imported too."""
    if not path.is_file():
        raise SubjectFault(f"{target or path}: there is no file {path}. {FORMS}")
    folder, name = str(path.resolve().parent), path.stem
    if folder not in sys.path:
        sys.path.insert(0, folder)
    there = sys.modules.get(name)
    if there is not None and getattr(there, "__file__", None) == str(path.resolve()):
        return there
    if there is not None:
        name = FILE_PREFIX + name
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    assert spec is not None, "a path that ends in .py always has a loader"
    assert spec.loader is not None, "a path that ends in .py always has a loader"
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _attribute(module: ModuleType, name: str, target: str) -> Any:
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, dir(found), 1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise SubjectFault(
                f"{target}: {module.__name__} has no {part or 'such name'}.{meant} {FORMS}"
            )
        found = getattr(found, part)
    return found


def _only_one(module: ModuleType, target: str) -> Any:
    """The one subject or trainer that a file defines; a ready subject goes before a class."""
    own = {
        name: thing
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and (isinstance(thing, Subject) or getattr(thing, "__module__", "") == module.__name__)
    }
    kinds = (
        [name for name, thing in own.items() if isinstance(thing, Subject)],
        [name for name, thing in own.items() if _is_subject_class(thing)],
        [name for name, thing in own.items() if is_trainer_class(thing)],
    )
    found = next((names for names in kinds if names), [])
    if len(found) == 1:
        return own[found[0]]
    if found:
        ways = " or ".join(f"{target}:{name}" for name in found)
        raise SubjectFault(f"{target}: it defines {len(found)} of them; say which: {ways}.")
    raise SubjectFault(
        f"{target}: it defines no trainer (a class with train() and add_callback()) and no "
        f"loopspec.Subject. {FORMS}"
    )


def _is_subject_class(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, Subject) and not inspect.isabstract(thing)


def is_trainer_class(thing: object) -> bool:
    """Whether this is a class shaped like transformers' `Trainer`."""
    return isinstance(thing, type) and all(
        callable(getattr(thing, name, None)) for name in ("train", "add_callback")
    )


def as_subject(thing: Any, target: str) -> Subject:
    """Make a subject of whatever a target named.

    Raises:
        SubjectFault: it is nothing of the kind.
    """
    if not isinstance(thing, type | Subject) and inspect.isroutine(thing):
        try:
            thing = thing()
        except TypeError as error:
            raise SubjectFault(f"{target}: calling it raised {told(error)}. {_WANTED}") from error
    if _is_subject_class(thing):
        thing = thing()
    if isinstance(thing, Subject):
        return thing
    if is_trainer_class(thing):
        from loopspec.subjects.builtin import trainer_subject

        return trainer_subject(thing)
    raise SubjectFault(f"{target}: it is {_what(thing)}, which is no trainer. {_WANTED}")


_WANTED = (
    "Wanted is a class with train() and add_callback(), a loopspec.Subject (instance or class), "
    "or a function without arguments that returns one."
)


def _what(thing: object) -> str:
    if not isinstance(thing, type):
        return f"an object of type {type(thing).__name__}"
    lacks = [name for name in ("train", "add_callback") if not hasattr(thing, name)]
    return f"the class {thing.__name__} without {' and '.join(f'{name}()' for name in lacks)}"
