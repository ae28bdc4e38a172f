"""Checks of the chapter on control flags: where flags fall, and where they stay."""

from __future__ import annotations

from collections.abc import Callable

from loopspec.rules.checking import Findings, check, saw, variant
from loopspec.trace import Trace
from loopspec.vocabulary import Event, Flag, flag_names

T, E, S, V, L = Flag
_UNTIL = {
    S: (Event.STEP_BEGIN, Event.SAVE),
    V: (Event.STEP_BEGIN, Event.EVALUATE),
    L: (Event.STEP_BEGIN, Event.LOG),
}
# Where flags fall ---------------------------------------------------------------------------------


def _falls(flag: Flag, event: Event) -> Callable[[Trace], Findings]:
    """`flag` stood before `event`; the callbacks of `event` must not see it any more."""

    def falls(trace: Trace) -> Findings:
        for before, record in trace.neighbours:
            if record.event is event and flag in before.exit:
                yield saw(
                    record,
                    flag not in record.entry,
                    f"{flag.field} cleared before the callbacks",
                    "still set",
                )

    return falls


for _rule, _flag, _event in (
    ("CTRL-1", T, Event.TRAIN_BEGIN),
    ("CTRL-3", E, Event.EPOCH_BEGIN),
    ("CTRL-5", S, Event.STEP_BEGIN),
    ("CTRL-6", V, Event.STEP_BEGIN),
    ("CTRL-7", L, Event.STEP_BEGIN),
):
    check(_rule)(_falls(_flag, _event))


def _falls_when_served(flag: Flag, event: Event) -> Callable[[Trace], Findings]:
    """Whether a request falls as the event that serves it fires, or only when a step begins."""

    def falls(trace: Trace) -> Findings:
        for before, record in trace.pairs:
            if record.event is event and flag in before.exit:
                yield variant(record, "own-event" if flag not in record.entry else "next-step")

    return falls


for _rule, _flag, _event in (
    ("CTRL-8", S, Event.SAVE),
    ("CTRL-9", V, Event.EVALUATE),
    ("CTRL-10", L, Event.LOG),
):
    check(_rule)(_falls_when_served(_flag, _event))


# Where flags stay ---------------------------------------------------------------------------------


@check("CTRL-2")
def training_stop_stays(trace: Trace) -> Findings:
    for before, record in trace.pairs:
        if T in before.exit and record.event is not Event.TRAIN_BEGIN:
            yield saw(record, T in record.entry, f"{T.field} still set", "cleared")
    for returned, run in zip(trace.returns, trace.runs, strict=False):
        if returned.call == run[-1].call and returned.flags is not None and T in run[-1].exit:
            yield saw(run[-1], T in returned.flags, f"{T.field} still set after train()", "cleared")


@check("CTRL-4")
def epoch_stop_stays(trace: Trace) -> Findings:
    for before, record in trace.pairs:
        if E in before.exit and record.event is not Event.EPOCH_BEGIN:
            yield saw(record, E in record.entry, f"{E.field} still set", "cleared")


@check("CTRL-21")
def requests_stand(trace: Trace) -> Findings:
    for before, record in trace.pairs:
        decides = trace.job_of(record.call).save_strategy == "best"
        for flag, ends in _UNTIL.items():
            if (
                flag in before.exit
                and record.event not in ends
                and not (decides and before.event is Event.EVALUATE)
            ):
                yield saw(
                    record,
                    flag in record.entry,
                    f"{flag.field} still set",
                    "cleared, and not served",
                )


@check("CTRL-22")
def flags_come_from_callbacks(trace: Trace) -> Findings:
    for before, record in trace.pairs:
        job = trace.job_of(record.call)
        decides = job.save_strategy == "best"
        # Early stopping whose state was restored may stand behind the one who watches (CKPT-20).
        behind = job.early_stopping and job.restore_callback_states_from_checkpoint
        if (decides or behind) and before.event is Event.EVALUATE:
            continue  # the best-metric rule sets flags in between, or early stopping does
        # CKPT-5 and CKPT-26 tell what a checkpoint brings back.
        brought = "TS" if before.event is Event.TRAIN_BEGIN and trace.restores(before.call) else ""
        brought += _BY_DEFAULT_FLOW.get(record.event, "")
        if record.event is Event.EPOCH_END and before.event is Event.EPOCH_BEGIN:
            brought += T  # CTRL-30
        new = "".join(flag for flag in record.entry if flag not in before.exit + brought)
        yield saw(record, not new, "only flags that a callback set", flag_names(new))


_BY_DEFAULT_FLOW = {Event.STEP_END: "TSVL", Event.EPOCH_END: "SVL"}
