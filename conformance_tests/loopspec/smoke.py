"""The first run of a subject: whose fault is it when the plainest job gives nothing to judge?"""

from __future__ import annotations

from loopspec.faults import SubjectFault, install_hint
from loopspec.trace import Trace
from loopspec.vocabulary import Event


def blame_adapter(trace: Trace, name: str) -> None:
    """Raise what is to be said when the trace of the first scenario shows no training at all.

    A trainer that fails later than `on_train_begin` is judged; one that never got there was built
    or driven wrongly.

    Raises:
        SubjectFault: nothing that comes of this subject can be judged.
    """
    outcome = trace.outcome
    ended = outcome.kind not in ("completed", "scripted")
    if outcome.kind == "hung":
        at = f" in {outcome.where}" if outcome.where else ""
        raise SubjectFault(
            f"{name}: the plainest scenario ({trace.scenario}) did not end: {outcome.error}{at}. "
            "Nothing can be judged until it does. If it is only slow, give it more with --timeout."
        )
    if not trace.records and not ended:
        raise SubjectFault(
            f"{name}: it trained and called no callback at all. Either the trainer ignores the "
            "callbacks that it is given, or its adapter does not pass on those of the recorder "
            "(recorder.registered) when it builds the trainer."
        )
    if not ended and not any(record.call for record in trace.records):
        raise SubjectFault(
            f"{name}: callbacks were called while the trainer was built, and never again. Does the "
            "driver's train() train, and does it train the trainer that build() made?"
        )
    if ended and not trace.of(Event.TRAIN_BEGIN):
        raise SubjectFault(f"{name}: {_how(trace)}")


def _how(trace: Trace) -> str:
    outcome = trace.outcome
    if outcome.kind == "adapter-fault":
        return f"the adapter is at fault: {outcome.error}"
    if outcome.kind == "died":
        return (
            f"its process died before on_train_begin of the plainest scenario ({outcome.error}). "
            "Nothing was judged; run it once more with --processes 0 to see it in this process."
        )
    raised = outcome.error + (f" (in {outcome.where})" if outcome.where else "")
    missing = outcome.error.removeprefix("ModuleNotFoundError: No module named ").strip("'")
    if hint := install_hint(missing):
        return f"building the trainer raised {raised}.{hint}"
    if outcome.during == "building":
        return (
            f"building the trainer raised {raised}. Its constructor or the adapter is at fault, "
            "nothing was judged. If the trainer wants other arguments, write a loopspec.Subject, "
            "or override make_trainer of loopspec.HFSubject."
        )
    return (
        f"{outcome.during}() raised {raised} before on_train_begin. The trainer's set-up or the "
        "adapter is at fault; nothing was judged."
    )
