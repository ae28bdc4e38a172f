"""Checks of the chapter on displays: what was printed and drawn in each call of the user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from loopspec.rules.checking import Finding, Findings, check
from loopspec.trace import Record, Trace, Value
from loopspec.vocabulary import Event


class Shown(NamedTuple):
    """What was shown in one call of the user, and the records of that call.

    `display` is the display that is there by the scenario, empty after it was removed; `put` are
    the names that callbacks put into logs, perhaps before the display sees them.
    """

    call: str
    display: str
    records: list[Record]
    at: int
    seen: dict[str, Any]
    raised: str
    put: set[str]

    @property
    def logs(self) -> list[dict[str, Value]]:
        return [r.logs for r in self.records if r.event is Event.LOG and r.logs is not None]

    @property
    def trains(self) -> bool:
        return self.call.startswith(("train", "resume"))

    @property
    def pairs(self) -> list[tuple[dict[str, Value], dict[str, Any]]]:
        """Each log with what was printed of it; none where the two cannot be told to belong
        together."""
        printed = self.seen["printed"]
        if _logs_in_logs(self):
            return []
        return list(zip(self.logs, printed, strict=True)) if len(self.logs) == len(printed) else []

    def saw(self, ok: bool, expected: str, got: object = "") -> Finding:
        return Finding(ok, self.at, expected, got)

    def variant(self, name: str) -> Finding:
        return Finding(True, self.at, variant=name)


def shown(trace: Trace, display: str = "") -> Iterator[Shown]:
    """The calls whose output was watched to their end: by the main process, with this display or
    any."""
    if not trace.scenario.asks("demote"):
        for one in _watched(trace):
            if one.display and display in ("", one.display) and not one.raised:
                yield one


def _watched(trace: Trace) -> Iterator[Shown]:
    put = {act.whom for act in trace.scenario.acts if act.does == "put"}
    for back in trace.returns:
        if "printed" in back.seen and trace.records:
            made = trace.trainer_of[back.call]
            hidden = "hide" in trace.scenario.calls[made : back.call]
            records = [record for record in trace.records if record.call == back.call]
            before = [record for record in trace.records if record.call <= back.call]
            display = "" if hidden else trace.scenario.display
            at = before[-1].i
            yield Shown(back.name, display, records, at, back.seen, back.raised, put)


@check("SHOW-1")
def the_display_that_was_asked_for(trace: Trace) -> Findings:
    for one in shown(trace):
        there = [name for name in one.seen["order"] if name in ("printer", "progress")]
        words = f"the {one.display} alone as display"
        yield one.saw(there == [one.display], words, " and ".join(there) or "none")


@check("SHOW-2")
def the_display_comes_after_those_given(trace: Trace) -> Findings:
    moved = {deed.act.whom for deed in trace.done("add")}
    moved |= {call.partition(":")[2] for call in trace.scenario.calls if call.startswith("add:")}
    moved |= {part.name for part in trace.scenario.parts if part.stateful}  # CKPT-20
    stay = [part for part in trace.scenario.parts if part.name not in moved]
    given = {part.name for part in stay if part.given in ("instance", "class")}
    added = {part.name for part in stay if part.given == "added"}
    for one in shown(trace):
        order = one.seen["order"]
        if one.display in order and trace.scenario.max_str_len is None:
            place = order.index(one.display)
            late = [name for name in order[place:] if name in given]
            early = [name for name in order[:place] if name in added]
            words = "the display behind the callbacks given at construction, before those added"
            told = [f"{name} behind it" for name in late] + [f"{name} before it" for name in early]
            yield one.saw(not told, words, ", ".join(told))


@check("SHOW-3")
def the_printer_prints_logs(trace: Trace) -> Findings:
    for one in shown(trace, "printer"):
        if _logs_in_logs(one):
            continue
        yield from _prints(one)


@check("SHOW-9")
def the_bar_prints_logs(trace: Trace) -> Findings:
    for one in shown(trace, "progress"):
        if one.trains and not _logs_beside_the_bar(one) and not _logs_in_logs(one):
            yield from _prints(one)


def _logs_in_logs(one: Shown) -> bool:
    """Whether a callback logged while it was given a log: which is printed first is open."""
    around: dict[int, Event] = {}
    for record in one.records:
        around[record.depth] = record.event
        if record.event is Event.LOG and around.get(record.depth - 1) is Event.LOG:
            return True
    return False


def _logs_beside_the_bar(one: Shown) -> bool:
    """Whether a callback logged as training began or ended, when the bar may not be there."""
    around = False
    for record in one.records:
        if not record.depth:
            around = record.event in (Event.TRAIN_BEGIN, Event.TRAIN_END)
        elif around and record.event is Event.LOG:
            return True
    return False


def _prints(one: Shown) -> Findings:
    if not one.logs and not one.seen["printed"]:
        return
    count = len(one.seen["printed"])
    yield one.saw(count == len(one.logs), f"{len(one.logs)} logs printed", count)
    for logs, line in one.pairs:
        due = logs.keys() - {"total_flos"}
        told = due - one.put  # what a callback put there may be another value
        wrong = sorted(n for n in told if n not in line or not _is_told(n, logs[n], line[n]))
        wrong += sorted(line.keys() - due - one.put - {"total_flos"})
        yield one.saw(not wrong, "each log with its values", f"others for {', '.join(wrong)}")


def _is_told(name: str, value: Value, printed: Any) -> bool:
    """Whether what was printed tells a number; what becomes of text is for other rules."""
    if value is None or isinstance(value, str):
        return True
    try:
        # Old versions of transformers round the epoch to two digits.
        off = 0.00501 if name == "epoch" else 1e-3 * max(1.0, abs(float(value)))
        return abs(float(printed) - float(value)) <= off
    except (TypeError, ValueError):
        return False


@check("SHOW-4")
def four_digits(trace: Trace) -> Findings:
    for one in shown(trace):
        floats = [
            line[name]
            for logs, line in one.pairs
            for name, value in logs.items()
            if isinstance(value, float) and name in line
        ]
        if not floats:
            continue
        if all(isinstance(number, float | int) for number in floats):
            yield one.variant("as-they-are")
            continue
        long = [number for number in floats if not _is_short(number)]
        if long:
            yield one.saw(False, "floats with 4 significant digits", repr(long[0]))
        else:
            yield one.variant("four-digits")


def _is_short(number: Any) -> bool:
    try:
        return isinstance(number, str) and f"{float(number):.4g}" == number
    except ValueError:
        return False


@check("SHOW-5")
def total_flos_is_not_shown(trace: Trace) -> Findings:
    for one in shown(trace):
        if any("total_flos" in logs for logs in one.logs) and one.seen["printed"]:
            told = any("total_flos" in line for line in one.seen["printed"])
            yield one.saw(not told, "no total_flos printed", "total_flos")


@check("SHOW-6")
def the_printer_may_take_total_flos(trace: Trace) -> Findings:
    for one in shown(trace, "printer"):
        kept = _keeps_total_flos(one)
        if kept is not None:
            yield one.variant("left" if kept else "taken")


@check("SHOW-13")
def the_bar_leaves_logs_alone(trace: Trace) -> Findings:
    for one in shown(trace, "progress"):
        kept = _keeps_total_flos(one)
        if kept is not None:
            yield one.saw(kept, "total_flos in the metrics that train() returns", "none")


def _keeps_total_flos(one: Shown) -> bool | None:
    """Whether the metrics that train() returns hold what its last log held; None if unknown."""
    gave, logged = one.seen["gave"], any("total_flos" in logs for logs in one.logs)
    return None if gave is None or not logged else "total_flos" in gave


@check("SHOW-7")
def a_bar_for_training(trace: Trace) -> Findings:
    for one in shown(trace, "progress"):
        steps = [r for r in one.records if r.event is Event.STEP_END and not r.depth]
        total = _planned(one.records) if steps else None
        if total is None or not one.trains or _alike(trace, one):
            continue
        if (steps[-1].step or 0) > total:
            continue  # nobody ended the run at its last step
        bars = [counts for of, counts in one.seen["bars"] if of == total]
        yield one.saw(len(bars) == 1, f"one bar of {total} steps", len(bars))
        reached = [record.step for record in steps]
        for counts in bars[:1]:
            skipped = [step for step in reached if step not in counts]
            words = f"the bar at each step, at {reached[-1]} in the end"
            got = f"{counts[-1]} in the end" + (f", never {skipped[0]}" if skipped else "")
            yield one.saw(not skipped and counts[-1] == reached[-1], words, got)


def _planned(records: list[Record]) -> int | None:
    """The steps of a run when the display learns of it: as the next event finds them."""
    begun = (n for n, record in enumerate(records) if record.event is Event.TRAIN_BEGIN)
    after = next(begun, len(records)) + 1
    return records[after].max_steps if after < len(records) else None


@check("SHOW-8")
def a_bar_for_each_evaluation(trace: Trace) -> Findings:
    total = trace.scenario.eval_batches
    for one in shown(trace, "progress"):
        measured = [r for r in one.records if r.event in (Event.EVALUATE, Event.PREDICT)]
        inside = any(record.depth for record in measured)  # its batches may go on another one's bar
        if not measured or inside or _alike(trace, one):
            continue
        full = [counts[-1] for of, counts in one.seen["bars"] if of == total]
        words = f"{len(measured)} bars of {total} batches, each full in the end"
        good = full == [total] * len(measured)
        yield one.saw(good, words, f"{len(full)}, at {', '.join(map(str, full))}")


def _alike(trace: Trace, one: Shown) -> bool:
    """Whether a bar of training and one of an evaluation cannot be told apart by their length."""
    return any(record.max_steps == trace.scenario.eval_batches for record in one.records)


@check("SHOW-10")
def logs_outside_of_training(trace: Trace) -> Findings:
    for one in shown(trace, "progress"):
        if one.logs and not one.trains:
            yield one.variant("printed" if one.seen["printed"] else "only-in-training")


@check("SHOW-11")
def long_strings(trace: Trace) -> Findings:
    longest = trace.scenario.max_str_len or 100
    for one in shown(trace, "progress"):
        for logs, line in one.pairs:
            for name, value in logs.items():
                if name not in line or not isinstance(value, str) or value.startswith("<"):
                    continue
                if len(value) > longest:
                    words = f"{name} of {len(value)} characters replaced or cut"
                    yield one.saw(value not in str(line[name]), words, "printed whole")
                elif name in _texts(trace):
                    words = f"{name} of {len(value)} characters printed whole"
                    yield one.saw(line[name] == value, words, line[name])


@check("SHOW-12")
def strings_inside_of_values(trace: Trace) -> Findings:
    longest = trace.scenario.max_str_len or 100
    for one in shown(trace, "progress"):
        for _, line in one.pairs:
            for name, value in _texts(trace).items():
                if name in line and isinstance(value, list) and max(map(len, value)) > longest:
                    yield one.variant("whole" if line[name] == value else "shortened")


def _texts(trace: Trace) -> dict[str, str | list[str]]:
    """The text that callbacks log, by its key."""
    logged = {act.whom: act.value for act in trace.scenario.acts if act.does == "log"}
    return {name: value for name, value in logged.items() if not isinstance(value, float | int)}


@check("SHOW-14")
def bars_are_closed(trace: Trace) -> Findings:
    for one in shown(trace, "progress"):
        if one.seen["bars"]:
            yield one.saw(one.seen["closed"], "no bar open when the call has returned", "one open")


@check("SHOW-17")
def bars_are_closed_after_an_exception(trace: Trace) -> Findings:
    for one in _watched(trace):
        if one.raised and one.display and one.seen["bars"]:
            yield one.saw(one.seen["closed"], "no bar open after the exception", "one open")


@check("SHOW-15")
def other_processes_are_silent(trace: Trace) -> Findings:
    demoted = {deed.record.i for deed in trace.done("demote") if deed.part.given in _BEFORE}
    for one in _watched(trace) if trace.scenario.asks("demote") else ():
        if one.display and one.records and all(_is_silent(trace, r, demoted) for r in one.records):
            yield _silent(one)


_BEFORE = ("instance", "class")
"""How callbacks are given that are called before the display."""


def _is_silent(trace: Trace, record: Record, demoted: set[int]) -> bool:
    """Whether this is not the main process by then, or by the time that the display is called."""
    fields = trace.fields[record.i]
    told = fields.get("is_local_process_zero"), fields.get("is_world_process_zero")
    return True not in told or record.i in demoted


@check("SHOW-16")
def a_removed_display_is_silent(trace: Trace) -> Findings:
    for one in _watched(trace):
        if not one.display and one.logs:
            yield _silent(one)


def _silent(one: Shown) -> Finding:
    printed, bars = one.seen["printed"], one.seen["bars"]
    got = f"{len(printed)} logs printed, {len(bars)} bars"
    return one.saw(not printed and not bars, "nothing shown", got)
