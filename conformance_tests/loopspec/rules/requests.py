"""Checks of the chapter on control flags: what the three requests do."""

from __future__ import annotations

from collections.abc import Callable

from loopspec.rules.checking import Findings, check, saw, variant
from loopspec.rules.windows import Window, windows
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, Flag

T, E, S, V, L = Flag


def _wanted(window: Window) -> dict[Flag, bool]:
    """What is requested at the moment at which the trainer looks."""
    by_itself = window.best and window.before_save.event is Event.EVALUATE
    return {
        L: L in window.opening.exit and not window.logged,
        V: V in window.before_evaluation.exit,
        S: S in window.before_save.exit and not by_itself,
    }


def _served(window: Window, trace: Trace) -> dict[Flag, tuple[int, int]]:
    """How often each request was served, and how often it should have been if wanted."""
    sets = max(1, len(trace.scenario.eval_sets))
    return {
        L: (window.training_logs, 1),
        V: (window.count(Event.EVALUATE), sets),
        S: (window.count(Event.SAVE), 1),
    }


_SERVING = {L: Event.LOG, V: Event.EVALUATE, S: Event.SAVE}


def _disputed(window: Window) -> str:
    """The flags that one callback changed as this window opened, and another one after it."""
    calls = window.opening.calls
    return "".join(
        flag
        for flag in (L, V, S)
        if sum((flag in call.entry) is not (flag in call.exit) for call in calls) > 1
    )


def _requests(trace: Trace, flags: tuple[Flag, ...], applies: Callable[[Window], bool]) -> Findings:
    for window in windows(trace):
        if not applies(window):
            continue
        wanted, served = _wanted(window), _served(window, trace)
        for flag in flags:
            nothing = flag is V and not trace.scenario.eval_batches  # CTRL-29
            count, due = served[flag]
            again = count > due and _asking(window, flag, due)  # CTRL-18
            stood = flag in window.opening.exit  # else it is a matter of CTRL-16
            if wanted[flag] and stood and not (nothing or again or flag in _disputed(window)):
                times = "once" if due == 1 else f"{due} times"
                yield saw(
                    window.opening,
                    count == due,
                    f"{_SERVING[flag]} {times} before {_next(window)}, as {flag.field} is set",
                    f"{count} times",
                )


def _asking(window: Window, flag: Flag, most: int) -> list[Record]:
    """Of the events that had to serve this request, those in which it was made anew."""
    served = [record for record in window.served if record.event is _SERVING[flag]]
    return [record for record in served[:most] if flag in record.exit]


def _next(window: Window) -> str:
    return str(window.closing.event) if window.closing else "the end"


def _plain_step(window: Window) -> bool:
    return window.opening.event is Event.STEP_END and not set("TE") & set(window.opening.exit)


@check("CTRL-11")
def save_is_served(trace: Trace) -> Findings:
    return _requests(trace, (S,), _plain_step)


@check("CTRL-12")
def evaluation_is_served(trace: Trace) -> Findings:
    return _requests(trace, (V,), _plain_step)


@check("CTRL-13")
def log_is_served(trace: Trace) -> Findings:
    return _requests(trace, (L,), _plain_step)


@check("CTRL-14")
def due_work_before_stop(trace: Trace) -> Findings:
    return _requests(
        trace,
        (L, V, S),
        lambda w: w.opening.event is Event.STEP_END and bool(set("TE") & set(w.opening.exit)),
    )


@check("CTRL-15")
def epoch_end_is_served(trace: Trace) -> Findings:
    return _requests(trace, (L, V, S), lambda window: window.opening.event is Event.EPOCH_END)


@check("CTRL-16")
def requests_while_serving(trace: Trace) -> Findings:
    for window in windows(trace):
        if V in window.before_evaluation.exit and V not in window.opening.exit:
            yield saw(
                window.before_evaluation,
                window.count(Event.EVALUATE) > 0,
                "an evaluation at this step",
                "none",
            )
        asked = window.before_save
        if (
            S in asked.exit
            and S not in window.opening.exit
            and not (window.best and asked.event is Event.EVALUATE)
        ):
            yield saw(asked, window.count(Event.SAVE) > 0, "on_save at this step", "none")


@check("CTRL-17")
def log_of_a_logged_step(trace: Trace) -> Findings:
    for window in windows(trace):
        if window.logged and L in window.opening.exit:
            yield variant(window.opening, "logged-again" if window.log else "logged-once")


@check("CTRL-18")
def no_endless_service(trace: Trace) -> Findings:
    for window in windows(trace):
        served = _served(window, trace)
        for flag in (V, S):
            count, most = served[flag]
            if asking := _asking(window, flag, most):
                event = _SERVING[flag]
                yield saw(
                    asking[-1], count <= most, f"{event} not to serve itself", f"{count} times"
                )


@check("CTRL-19")
def best_decides_about_saving(trace: Trace) -> Findings:
    for window in windows(trace):
        asked = window.before_save
        improved = window.closing is not None and window.closing.best_step == asked.step
        if window.best and asked.event is Event.EVALUATE and S in asked.exit and not improved:
            yield variant(asked, "kept" if window.count(Event.SAVE) else "overwritten")


@check("CTRL-20")
def nothing_unasked(trace: Trace) -> Findings:
    for window in windows(trace):
        wanted, served = _wanted(window), _served(window, trace)
        for flag in (L, V, S):
            by_itself = flag is S and window.best and window.before_save.event is Event.EVALUATE
            again = flag is L and window.logged  # CTRL-17 says what may become of it
            if served[flag][0] and not (by_itself or again or flag in _disputed(window)):
                yield saw(
                    window.opening,
                    wanted[flag],
                    f"no {_SERVING[flag]}, as {flag.field} is not set",
                    "one",
                )


@check("CTRL-28")
def the_last_word_counts(trace: Trace) -> Findings:
    for window in windows(trace):
        wanted, served = _wanted(window), _served(window, trace)
        for flag in _disputed(window):
            name = Flag(flag)
            if flag == L and window.logged:
                continue
            last = name in window.opening.exit
            if wanted[name] is not last:
                continue  # asked for anew while the step was served
            word = "set" if last else "cleared"
            got = f"{served[name][0]} times"
            expected = (
                f"{_SERVING[name]} {'once' if last else 'not'}, as {name.field} was {word} last"
            )
            yield saw(window.opening, bool(served[name][0]) is last, expected, got)


@check("CTRL-29")
def evaluation_without_a_set(trace: Trace) -> Findings:
    if trace.scenario.eval_batches:
        return
    for record in trace.top:
        if record.event in (Event.STEP_END, Event.EPOCH_END) and V in record.exit:
            later = [r for r in trace.top if r.call == record.call and r.i > record.i]
            if any(r.event is Event.EVALUATE for r in later):
                yield saw(record, False, "no on_evaluate where nothing is evaluated", "one")
            else:
                yield variant(record, "left-out" if later else "raises")
