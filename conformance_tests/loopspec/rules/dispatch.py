"""Checks of the chapter on dispatch: who is called, and with what."""

from __future__ import annotations

from loopspec.rules.checking import Findings, check, saw, unless, variant
from loopspec.rules.registered import by_the_user
from loopspec.rules.roster import left_out, roster
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event

# Who is called ------------------------------------------------------------------------------------


@check("DISP-1")
def order_of_registration(trace: Trace) -> Findings:
    # Where a callback is called whose state was restored is for CKPT-20.
    jobs = (trace.scenario, trace.scenario.anew)
    restores = any(job.restore_callback_states_from_checkpoint for job in jobs)
    moved = {part.name for part in trace.scenario.parts if part.stateful and restores}
    # And where one that is registered a second time, for DISP-39.
    moved |= by_the_user(trace).again

    def out_of_order() -> Findings:
        for seen in roster(trace):
            rank = {n: i for i, n in enumerate([*seen.due, *seen.changed]) if n not in moved}
            names = [name for name in dict.fromkeys(seen.names) if name in rank]
            wanted = sorted(names, key=rank.__getitem__)
            if names != wanted and not seen.changed:
                yield saw(seen.record, False, ", ".join(wanted), ", ".join(names))

    yield from unless((r for r in trace.records if len(r.calls) > 1), out_of_order())


@check("DISP-2")
def each_is_called(trace: Trace) -> Findings:
    against = left_out(trace, "instance")
    words = "every callback called"
    yield from unless(
        trace.records, (saw(record, False, words, f"not {names}") for record, names in against)
    )


@check("DISP-3")
def called_once(trace: Trace) -> Findings:
    def again() -> Findings:
        for seen in roster(trace):
            if seen.twice:
                yield saw(seen.record, False, "each called once", f"{seen.twice[0]} called again")

    yield from unless(trace.records, again())


# What a callback is given -------------------------------------------------------------------------

_IN_TRAINING = ("model", "optimizer", "lr_scheduler", "train_dataloader")
_SIX = frozenset((*_IN_TRAINING, "processing_class", "eval_dataloader"))


@check("DISP-4")
def three_positional(trace: Trace) -> Findings:
    def otherwise() -> Findings:
        held = True
        for record in trace.records:
            given = (record.args, record.state, record.calls[0].control if held else 0)
            if record.positional != 3 or None in given:
                named = zip(("args", "state", "control"), given, strict=True)
                lacks = [f"no {name}" for name, value in named if value is None]
                got = ", ".join([f"{record.positional} positional", *lacks])
                yield saw(record, False, "args, state, control, in this order, positionally", got)
            # A control that was there and got lost is no matter of how callbacks are called.
            if record.calls[0].control is not None:
                held = record.calls[-1].control is not None

    yield from unless(trace.records, otherwise())


@check("DISP-5")
def keywords_are_there(trace: Trace) -> Findings:
    last: Record | None = None
    for record in trace.records:
        if record.keywords.keys() >= _SIX:
            last = record
        else:
            lacks = ", ".join(sorted(_SIX - record.keywords.keys()))
            yield saw(record, False, "all six keyword arguments", f"no {lacks}")
    if last is not None:
        yield variant(last, "tokenizer-too" if "tokenizer" in last.keywords else "six")


@check("DISP-6")
def given_in_training(trace: Trace) -> Findings:
    def absent() -> Findings:
        for run in trace.runs:
            for record in run:
                given = record.keywords
                lacks = [name for name in _IN_TRAINING if not given.get(name, True)]
                if lacks:
                    yield saw(record, False, f"{', '.join(lacks)} in training", "None")

    yield from unless((run[0] for run in trace.runs), absent())


@check("DISP-7")
def loader_of_the_evaluation(trace: Trace) -> Findings:
    for records in trace.trainers:
        evaluated = False
        for record in records:
            evaluated = evaluated or record.event is Event.PREDICTION_STEP
            if evaluated and "eval_dataloader" in record.keywords:
                given = record.keywords["eval_dataloader"]
                words = "the loader of the last evaluation as eval_dataloader"
                yield saw(record, given, words, "None")


def _only_in(trace: Trace, name: str, events: tuple[Event, ...]) -> Findings:
    """The keyword argument `name` comes with these events, and with no other."""
    for record in trace.of(*events):
        yield saw(record, record.keywords.get(name, False), f"{name} in {record.event}", "none")
    for record in trace.records:
        if name in record.keywords and record.event not in (*events, Event.PREDICT):
            yield saw(record, False, f"no {name} in {record.event}", f"{name} given")


@check("DISP-8")
def logs_in_on_log(trace: Trace) -> Findings:
    yield from _only_in(trace, "logs", (Event.LOG,))


@check("DISP-9")
def metrics_in_on_evaluate(trace: Trace) -> Findings:
    yield from _only_in(trace, "metrics", (Event.EVALUATE,))
    for record in trace.of(Event.PREDICT):
        yield variant(record, "predictions-too" if "metrics" in record.keywords else "evaluations")


@check("DISP-10")
def one_args(trace: Trace) -> Findings:
    words = "the same args as at the first event"
    for records in trace.trainers:
        given = [record for record in records if record.args is not None]
        others = (record for record in given if record.args != given[0].args)
        yield from unless(given[1:], (saw(record, False, words, "another") for record in others))


@check("DISP-11")
def one_state_in_a_run(trace: Trace) -> Findings:
    for run in trace.runs:
        others = (r for r in run if r.state is not None and r.state != run[0].state)
        words = "the same state as at on_train_begin"
        yield from unless(run[1:], (saw(record, False, words, "another") for record in others))


@check("DISP-12")
def a_state_for_each_run(trace: Trace) -> Findings:
    for before, run in zip(trace.runs, trace.runs[1:], strict=False):
        if run[0].state is not None:
            yield saw(run[0], run[0].state != before[-1].state, "a new state", "that of before")
