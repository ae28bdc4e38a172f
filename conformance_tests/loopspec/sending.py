"""A subject on its way into another process: its target as text, or its pickle."""

from __future__ import annotations

import functools
import gc
import pickle

from loopspec.faults import SubjectFault, told
from loopspec.subjects.base import Subject
from loopspec.targets import resolve


def packed(subject: Subject | str) -> str | bytes:
    """What another process can make the subject from.

    Raises:
        SubjectFault: it cannot be pickled.
    """
    if isinstance(subject, str):
        return subject
    try:
        return pickle.dumps(subject)
    except Exception as error:
        raise SubjectFault(
            f"{subject.name}: the subject cannot be sent to a worker process: {told(error)}. "
            "Give its target as text (module:attribute), make it picklable, or use processes=0."
        ) from None


@functools.cache
def unpacked(source: str | bytes) -> Subject:
    """The subject, made once in each process.

    Raises:
        SubjectFault: there is no such subject, or it cannot be made here.
    """
    if isinstance(source, str):
        return _settled(resolve(source))
    try:
        made = pickle.loads(source)
    except Exception as error:
        raise SubjectFault(
            f"the subject cannot be rebuilt in a worker process: {told(error)}. Define it in a "
            "module that can be imported, give its target as text, or use processes=0."
        ) from None
    assert isinstance(made, Subject)
    return _settled(made)


def _settled(subject: Subject) -> Subject:
    """The subject, with what was imported for it out of the garbage collector's sight: a trainer
    that collects at each run would take ten times as long with a framework loaded."""
    _ = subject.callback_base
    gc.collect()
    gc.freeze()
    return subject
