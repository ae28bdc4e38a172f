"""What a person has to put right before anything can be judged. The text is the whole message."""

from __future__ import annotations

import signal
import traceback


class Fault(Exception):  # noqa: N818  # it says whose fault it is, and SubjectFault is one
    """Wrong use: one line that says what is wrong, where, and what to do."""


class SubjectFault(Fault):
    """The target or its adapter is at fault, not the trainer's handling of callbacks."""


class AdapterError(Exception):
    """An adapter does not keep its part: raised while a scenario is played, told by the smoke."""


class KnownError(Fault):
    """A file of known deviations cannot be used."""


def told(error: BaseException) -> str:
    """An exception in one line: its type, its text, and the function that raised it, by module."""
    text = " ".join(str(error).split())
    named = f"{type(error).__name__}: {text}" if text else type(error).__name__
    frames = [
        (str(frame.f_globals.get("__name__", "?")), frame.f_code.co_name, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    own = [frame for frame in frames if not frame[0].startswith(("importlib", "loopspec."))]
    if not own:
        return named
    module, function, line = own[-1]
    return f"{named} (in {module}{'' if function == '<module>' else '.' + function}, line {line})"


EXTRAS = {
    "accelerate": "transformers",
    "adapters": "adapters",
    "datasets": "trl",
    "fastai": "fastai",
    "hypothesis": "fuzz",
    "ignite": "ignite",
    "keras": "keras",
    "loopspec_reference": "reference",
    "matplotlib": "bench",
    "numpy": "reference",
    "peft": "peft",
    "poutyne": "poutyne",
    "pytorch_accelerated": "pytorch-accelerated",
    "pytorch_lightning": "lightning",
    "sentence_transformers": "sentence-transformers",
    "setfit": "setfit",
    "skorch": "skorch",
    "torch": "reference",
    "tqdm": "reference",
    "transformers": "transformers",
    "trl": "trl",
}
"""The extra of this distribution that brings an optional package."""


def install_hint(missing: str | None) -> str:
    """How to get a package that is not there; empty for one that no extra brings."""
    extra = EXTRAS.get((missing or "").partition(".")[0])
    return f" Install it: pip install 'loopspec[{extra}]'." if extra else ""


def died(status: int | None) -> str:
    """How a process ended, by its exit code: `"killed by SIGKILL"`, or the exit status."""
    code = status or 0
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
