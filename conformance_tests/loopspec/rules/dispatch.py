"""Checks of the chapter on dispatch: who is called, with what, and how control is handed on."""

from __future__ import annotations

from collections.abc import Iterator

from loopspec.machine.players import interval
from loopspec.rules.checking import Findings, check, saw, unless, variant
from loopspec.rules.roster import left_out, roster
from loopspec.rules.windows import windows
from loopspec.trace import Call, Record, Trace
from loopspec.vocabulary import Event, Flag, flag_names

# Who is called ------------------------------------------------------------------------------------


@check("DISP-1")
def order_of_registration(trace: Trace) -> Findings:
    # Where a callback is called whose state was restored is for CKPT-20.
    restores = trace.scenario.restore_callback_states_from_checkpoint
    moved = {part.name for part in trace.scenario.parts if part.stateful and restores}

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
            held = record.calls[-1].control is not None or record.calls[0].control is None

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
    for record in trace.of(Event.PREDICTION_STEP, Event.EVALUATE, Event.PREDICT):
        if "eval_dataloader" in record.keywords:
            yield saw(
                record,
                record.keywords["eval_dataloader"],
                "the loader of this evaluation as eval_dataloader",
                "None",
            )


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


# How control is handed on -------------------------------------------------------------------------


def _handovers(trace: Trace) -> list[tuple[Record, Call, Call]]:
    """A callback and the next one of the event, where anything happened between or in the first;
    made once for each trace."""
    made: list[tuple[Record, Call, Call]] | None = trace.__dict__.get("_handovers")
    if made is None:
        made = trace.__dict__["_handovers"] = [
            (record, a, b)
            for record in trace.records
            for a, b in zip(record.calls, record.calls[1:], strict=False)
            if a.control != b.control or a.entry != a.exit or a.returned is not None
        ]
    return made


def _returned(trace: Trace) -> list[tuple[Record, int]]:
    """Who returned something: the record, the place in it; made once for each trace."""
    made: list[tuple[Record, int]] | None = trace.__dict__.get("_returned")
    if made is None:
        made = trace.__dict__["_returned"] = [
            (record, n)
            for record in trace.records
            for n, call in enumerate(record.calls)
            if call.returned is not None
        ]
    return made


def _taken_over(trace: Trace) -> Iterator[tuple[Call, Record, Record]]:
    """Who returned the control with which an event ended, that event, and the trainer's next."""
    returned = _returned(trace)
    following = {before.i: record for before, record in trace.pairs} if returned else {}
    for record, n in returned:
        call, after = record.calls[n], record.calls[n + 1 :]
        kept = all(c.control == call.returned and c.returned is None for c in after)
        # The trainer does not look at what on_push_begin gives back.
        looks = record.event is not Event.PUSH_BEGIN and record.i in following
        if isinstance(call.returned, int) and kept and looks:
            yield call, record, following[record.i]


@check("DISP-13")
def one_control(trace: Trace) -> Findings:
    def changed() -> Findings:
        for record, a, b in _handovers(trace):
            if a.returned is None and a.control != b.control:
                got = "none" if b.control is None else "another"
                yield saw(record, False, f"{b.who} to get the same control as {a.who}", got)

    yield from unless((r for r in trace.records if len(r.calls) > 1), changed())


@check("DISP-14")
def flags_are_seen_by_the_next(trace: Trace) -> Findings:
    for record, a, b in _handovers(trace):
        if a.entry != a.exit and a.returned is None:
            changed = set(a.entry) ^ set(a.exit)
            lost = "".join(
                sorted(flag for flag in changed if (flag in a.exit) != (flag in b.entry))
            )
            yield saw(
                record,
                not lost,
                f"{b.who} to find {flag_names(lost)} as {a.who} left it",
                "as it was before" if lost else "",
            )


@check("DISP-15")
def returned_control_replaces(trace: Trace) -> Findings:
    for record, a, b in _handovers(trace):
        if isinstance(a.returned, int) and a.returned != a.control:
            good = b.control == a.returned
            yield saw(record, good, f"{b.who} to get the control that {a.who} returned", "another")
    for a, before, record in _taken_over(trace):
        if isinstance(a.returned, int) and a.returned != a.control:
            good = record.calls[0].control == a.returned
            words = f"the control that {a.who} returned in {before.event}"
            yield saw(record, good, words, "another")


@check("DISP-16")
def returning_the_same_changes_nothing(trace: Trace) -> Findings:
    for record, a, b in _handovers(trace):
        if a.returned is not None and a.returned == a.control:
            good = b.control == a.control
            yield saw(record, good, f"{b.who} to get the same control as {a.who}", "another")
    for a, before, record in _taken_over(trace):
        if a.returned == a.control:
            good = record.calls[0].control == a.control
            words = f"the same control as in {before.event}, where {a.who} returned it"
            yield saw(record, good, words, "another")


@check("DISP-17")
def something_else_is_returned(trace: Trace) -> Findings:
    for record, n in _returned(trace):
        after = record.calls[n + 1 :]
        if not isinstance(record.calls[n].returned, str):
            continue
        if after:
            yield variant(record, "passed-on" if after[0].control is None else "ignored")
        elif trace.outcome.kind == "raised" and record is trace.records[-1]:
            yield variant(record, "refused")


_STRATEGIES = (
    (Flag.LOG, "logging_strategy", "logging_steps", Event.LOG),
    (Flag.EVALUATE, "eval_strategy", "eval_steps", Event.EVALUATE),
    (Flag.SAVE, "save_strategy", "save_steps", Event.SAVE),
)


@check("DISP-18")
def default_flow_comes_first(trace: Trace) -> Findings:
    for flag, strategy, steps, event in _STRATEGIES:
        kind, every = getattr(trace.scenario, strategy), getattr(trace.scenario, steps)
        for window in windows(trace) if kind in ("steps", "epoch") else ():
            at = window.opening
            served = window.log if event is Event.LOG else window.count(event)
            if served and at.calls[0].control is not None and _due(at, kind, every):
                if flag in at.entry:
                    yield saw(at, True, "")
                elif not any(_sets(record, flag) for record in (at, *window.served)):
                    words = f"{flag.field}, which is due here, set before the first callback"
                    yield saw(at, False, words, "set after the last one")


def _due(at: Record, kind: str, every: float) -> bool:
    """Whether a strategy asks for this here."""
    if at.event is Event.EPOCH_END:
        return kind == "epoch"
    return kind == "steps" and not (at.step or 0) % interval(every, at.max_steps or 0)


def _sets(record: Record, flag: Flag) -> bool:
    return any(flag in call.exit and flag not in call.entry for call in record.calls)
