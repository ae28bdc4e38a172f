"""State that travels in a checkpoint: what a callback exports and how it comes back."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable, Mapping, MutableSequence
from typing import Any, Self, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")


class ExportableState:
    """Mixin for an object whose state is stored with each checkpoint.

    `state()` returns a dict of two dicts that JSON can hold: "args", the constructor's keyword
    arguments, and "attributes", what is set on the new instance afterwards. Subclassing is a
    convenience: any object with such a `state()` is stored and restored.
    """

    def state(self) -> dict[str, Any]:
        """The state now. Raises NotImplementedError where a subclass forgot to define it."""
        raise NotImplementedError(f"{type(self).__name__} must implement `state`.")

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """A new instance built from what `state()` returned."""
        return rebuilt(cls, state)


def rebuilt(cls: type[T], state: Mapping[str, Any]) -> T:
    """A new `cls` with the stored constructor arguments and attributes."""
    instance = cls(**state.get("args", {}))
    for name, value in state.get("attributes", {}).items():
        setattr(instance, name, value)
    return instance


def exported(obj: Any) -> dict[str, Any] | None:
    """What `obj` exports now, or None if it is not exportable.

    A callback may well have an attribute `state` of its own, so only a method that needs no
    argument and answers with the two dicts counts.
    """
    method = getattr(obj, "state", None)
    if not callable(method):
        return None
    try:
        inspect.signature(method).bind()
    except (TypeError, ValueError):
        return None
    value = method()
    if isinstance(value, dict) and {"args", "attributes"} <= value.keys():
        return value
    return None


def stored_names(classes: Iterable[type]) -> dict[type, str]:
    """The key of each class in a checkpoint: its name, with its module where two share a name."""
    unique = list(dict.fromkeys(classes))
    names = [cls.__name__ for cls in unique]
    return {
        cls: cls.__name__
        if names.count(cls.__name__) == 1
        else f"{cls.__module__}.{cls.__qualname__}"
        for cls in unique
    }


def export_all(objects: Iterable[Any]) -> dict[str, Any]:
    """Stored form of all exportable `objects`: key to state, or to a list of states in order."""
    states = [(type(obj), state) for obj in objects if (state := exported(obj)) is not None]
    names = stored_names(cls for cls, _ in states)
    grouped: dict[str, list[dict[str, Any]]] = {}
    for cls, state in states:
        grouped.setdefault(names[cls], []).append(state)
    return {name: group[0] if len(group) == 1 else group for name, group in grouped.items()}


def restore_all(objects: MutableSequence[Any], stored: Mapping[str, Any]) -> None:
    """Replace each exportable object, in its place, by one rebuilt from its stored state.

    Objects are matched by exact class and, within a class, in order. What is stored but not here
    is named in one warning; what is here but not stored stays as it is.
    """
    here = [(index, obj) for index, obj in enumerate(objects) if exported(obj) is not None]
    names = stored_names(type(obj) for _, obj in here)
    unused = {name: _as_list(value) for name, value in stored.items()}
    for index, obj in here:
        states = unused.get(names[type(obj)])
        if states:
            objects[index] = rebuilt(type(obj), states.pop(0))
    missing = [name for name, states in unused.items() if states]
    if missing:
        logger.warning(
            "The checkpoint holds the state of callbacks that are not registered now; ignoring %s.",
            ", ".join(missing),
        )


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]
