"""How trainers differ where the specification lets them, and the known defects: one switch each.

With the right switches the machine predicts a trainer record for record. There are few, and each
belongs to a rule.
"""

from __future__ import annotations

import msgspec

from loopspec.trace import Provenance


class Profile(msgspec.Struct, frozen=True):
    """The switches. The defaults are those of a trainer without the defects."""

    live_callback_list: bool = False
    """Dispatch walks the live list: a callback that removes itself hides the event from the next,
    and one that is added during an event still gets it (DISP-22, DISP-23)."""
    leaks_gradients: bool = False
    """Gradients of a group abandoned by a stop stay and enter the next update (CTRL-27)."""
    needs_all_methods: bool = False
    """A callback without a method for an event is an error at that event (DISP-37)."""
    passes_junk_on: bool = False
    """A returned value that is no control reaches the next callbacks (DISP-17)."""
    looks_early: bool = False
    """A stop asked for before the first micro-batch costs none (CTRL-25)."""
    finishes_steps: bool = False
    """A stop asked for inside an accumulation group waits for its step to end (CTRL-26)."""
    ignores_push_control: bool = False
    """A control that a callback returns from `on_push_begin` does not stay (EVT-42)."""
    trains_past_the_end: bool = False
    """Resuming a run that `max_steps` ended inside an epoch makes one more update (CKPT-12)."""
    computes_place: bool = False
    """A resumed run takes its place in the data from the step alone, also where an epoch that was
    stopped makes that wrong; CKPT-6 to CKPT-9 speak of runs in which nothing was stopped."""
    forgets_losses: bool = False
    """A resumed run logs the mean loss of its own updates alone (CKPT-32)."""
    leaves_bars_open: bool = False
    """An exception leaves the bars open (SHOW-17)."""
    takes_total_flos: bool = False
    """The printer takes total_flos out of the logs that all share (SHOW-6)."""
    restored_go_last: bool = False
    """A callback whose state is restored is called last from then on (CKPT-20)."""
    loses_new_callbacks: bool = False
    """A save fails where a stateful callback was not there when the run began (CKPT-19)."""
    keeps_first_of_doubles: bool = False
    """Of stateful callbacks that share a class, checkpoints restore what they had counted when the
    run began (CKPT-25)."""
    reports_by_default: bool = True
    """Where `report_to` is not given, all available trackers are reported to (INT-1)."""
    doubles_trackers: bool = False
    """A name that `report_to` has twice makes two trackers (INT-11)."""
    falls_with_trackers: bool = False
    """An exception of a tracker ends training (INT-13)."""


REFERENCE = Profile()
TRANSFORMERS_5 = Profile(
    live_callback_list=True,
    leaks_gradients=True,
    passes_junk_on=True,
    ignores_push_control=True,
    needs_all_methods=True,
    trains_past_the_end=True,
    computes_place=True,
    forgets_losses=True,
    restored_go_last=True,
    loses_new_callbacks=True,
    reports_by_default=False,
    takes_total_flos=True,
    keeps_first_of_doubles=True,
    leaves_bars_open=True,
    doubles_trackers=True,
    falls_with_trackers=True,
)

PROFILES = {"reference": REFERENCE, "transformers-5": TRANSFORMERS_5}


def profile_of(by: Provenance) -> str:
    """The name of the profile of a subject that is shipped with the suite; empty for any other."""
    if by.subject == "transformers":
        return "transformers-5" if by.version.startswith("5.") else ""
    return by.subject if by.subject in PROFILES else ""
