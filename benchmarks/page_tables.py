"""The tables of the page, each made of the committed results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dispatch import ALL, DISPATCHERS, IDLE, MIX, MIXED, NOOP, ONE, TWO
from results import Agreeing, Dispatch, Event, OfLoop, Steps
from steps import LOOPS

from loopspec.benchmarking import Spread

FLOOR, PASSING = "bound methods", "bound methods, keywords passed"
NUMBERS = (3, 10, 100)
SHOWN = 12
"""Functions in the table of what remains."""
CALLED = 40
"""How often callbacks are called in a step that has ten of them: four events each."""


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; all columns but the first are numbers."""
    titles = [*head]
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)], *map(list, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def where(machine_of: Dispatch | Steps | Agreeing) -> str:
    """One line about the machine."""
    machine = machine_of.machine
    return (
        f"Python {machine.python}, torch {machine.packages['torch'].partition('+')[0]}, "
        f"{machine.platform}, {machine.cores} cores, {machine.device}."
    )


def events(found: Dispatch) -> str:
    """One event with ten callbacks, as ratios to the bare loop over their bound methods."""
    floor = found.events[FLOOR][NOOP]
    head = (
        "dispatcher",
        "version",
        "time, 10 no-op callbacks",
        "instructions",
        "calls",
        "bytecodes",
        "100 idle : none, instructions",
    )
    return markdown(head, _events(found, floor))


def _events(found: Dispatch, floor: dict[int, Event]) -> Iterator[list[str]]:
    for name in DISPATCHERS:
        kinds = found.events[name]
        event = kinds[NOOP][10]
        low, median, high = (
            time / floor[10].time.median
            for time in (event.time.low, event.time.median, event.time.high)
        )
        package = DISPATCHERS[name].package
        yield [
            name,
            found.machine.packages.get(package, "floor"),
            f"{median:.1f} ({low:.1f} to {high:.1f})",
            _ratio(event, floor[10]),
            f"{event.counts.calls:.0f}",
            f"{event.counts.bytecodes:,.0f}",
            _ratio(kinds[IDLE][100], kinds[IDLE][0]) if IDLE in kinds else "",
        ]


def _ratio(event: Event, floor: Event) -> str:
    if event.instructions is None or floor.instructions is None:
        return "?"
    return f"{event.instructions / floor.instructions:.2f}"


def keywords(found: Dispatch) -> str:
    """Instructions by what the callbacks do with the keywords, as ratios to the two floors."""
    head = ("what the callbacks do", "floor", *(f"reference, {n}" for n in NUMBERS))
    rows = []
    for kind, floor in ((NOOP, FLOOR), (ONE, FLOOR), (TWO, FLOOR), (ALL, PASSING)):
        base, ours, theirs = (found.events[n][kind] for n in (floor, "reference", "transformers"))
        each = [_ratio(ours[n], base[n]) for n in NUMBERS]
        rows.append([kind, floor, *each, *(_ratio(theirs[n], base[n]) for n in NUMBERS)])
    return markdown((*head, *(f"transformers, {n}" for n in NUMBERS)), rows)


def mixed(found: Dispatch) -> str:
    """The end of a step with the callbacks that a run has of its own."""
    floor = found.events[PASSING][MIX][MIXED]
    rows = []
    for name in (PASSING, "reference", "transformers"):
        event = found.events[name][MIX][MIXED]
        counts = event.counts
        exact = (f"{counts.calls:.0f}", f"{counts.c_calls:.0f}", f"{counts.bytecodes:.0f}")
        rows.append([name, _ratio(event, floor), *exact])
    return markdown(("dispatcher", "instructions", "calls", "calls of C", "bytecodes"), rows)


def agreeing(found: Agreeing) -> str:
    """What it costs several processes to agree on flags."""
    head = ("processes", "to one exchange of as many bytes", "to a step of one parameter under DDP")
    rows = [["1", "nothing", "nothing"]]
    rows += [[f"{n.processes}", f"{n.to_exchange:.1f}", f"{n.to_step:.2f}"] for n in found.worlds]
    return markdown(head, rows)


def overheads(found: Steps, job: str) -> str:
    """A step less that of the loop by hand; the unit is transformers' without callbacks."""
    loops = found.jobs[job]
    unit = over(loops, "transformers", 0)
    numbers = [one.callbacks for one in loops["reference"].times]
    exact = ("bytecodes", "calls") if loops["reference"].exact else ()
    head = ("loop", *(f"{n} callbacks" for n in numbers), *exact, "spread of time")
    rows = []
    for name in (name for name in LOOPS if name in loops and LOOPS[name].floor):
        row = [name, *(f"{over(loops, name, n) / unit:.2f}" for n in numbers)]
        if exact:
            ours, base = (loops[one].exact[0].counts for one in (name, LOOPS[name].floor))
            row += [f"{ours.bytecodes - base.bytecodes:,.0f}", f"{ours.calls - base.calls:,.0f}"]
        rows.append([*row, _spread(loops[name].times[0].time)])
    return markdown(head, rows)


def remains(found: Steps, job: str) -> str:
    """What a step of the reference takes beyond its floor, by function."""
    loops = found.jobs[job]
    ours, base = loops["reference"], loops[LOOPS["reference"].floor]
    more = {place: number - base.places.get(place, 0) for place, number in ours.places.items()}
    added = [(number, place) for place, number in more.items() if number > 0]
    less = sum(number for place, number in base.places.items() if place not in ours.places)
    less -= sum(number for number in more.values() if number < 0)
    shown = sorted(added, reverse=True)[:SHOWN]
    rows = [[f"`{place}`", f"{number:,.0f}"] for number, place in shown]
    rest = sum(number for number, _ in added) - sum(number for number, _ in shown)
    rows += [
        [f"{len(added) - len(shown)} more", f"{rest:,.0f}"],
        ["what only the loop by hand does, such as the default collating", f"-{less:,.0f}"],
        ["**together**", f"**{sum(number for number, _ in added) - less:,.0f}**"],
    ]
    return markdown(("function", "bytecodes of a step"), rows)


def called(found: Steps, job: str) -> str:
    """What ten callbacks add to a step, for each time that one is called."""
    loops = found.jobs[job]
    rows = []
    for name in ("reference", "transformers"):
        none, ten = (loops[name].bytecodes(number) for number in (0, 10))
        rows.append([name, f"{ten - none:,.0f}", f"{(ten - none) / CALLED:.0f}"])
    return markdown(("loop", "ten callbacks, bytecodes of a step", "for each call"), rows)


def over(loops: dict[str, OfLoop], name: str, callbacks: int) -> float:
    """Nanoseconds of a step beyond those of its floor."""
    return loops[name].time(callbacks) - loops[LOOPS[name].floor].time(0)


def _spread(time: Spread) -> str:
    return f"{time.low / time.median - 1:+.0%} to {time.high / time.median - 1:+.0%}"


def waits(found: Steps) -> str:
    """What makes the host wait for a GPU, by PyTorch's own watch."""
    rows = [[name, why or "nothing"] for name, why in found.waits.items()]
    return markdown(("loop", "what waits in a step that logs nothing"), rows)


def waiting(found: Steps, job: str) -> str:
    """Operations that wait, and memory, of a step that logs nothing."""
    head = ("loop", "operations that wait", "which", "blocks left", "peak of a few steps, KiB")
    rows = []
    for name in LOOPS:
        none = found.jobs[job][name].exact[0]
        rows.append(
            [
                name,
                f"{sum(none.waiting.values()):g}",
                ", ".join(f"{n:g} `{operation}`" for operation, n in none.waiting.items()),
                f"{none.surviving}",
                f"{none.peak / 1024:.0f}",
            ]
        )
    return markdown(head, rows)
