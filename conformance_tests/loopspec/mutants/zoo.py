"""All mutants. The rule beside each is the first failure that its report must show."""

from __future__ import annotations

from loopspec.mutants import counting, flowing, passing, stopping
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.mutants.tabled import TABLED

SIMULATED: tuple[Mutant, ...] = (
    simulated(counting.EpochKeptWhole, "EVT-16"),
    simulated(counting.StepsCountedInMicroBatches, "EVT-15"),
    simulated(counting.LossSummedUp, "STATE-3"),
    simulated(counting.HistoryWithoutStep, "STATE-2"),
    simulated(counting.HistoryLate, "STATE-2"),
    simulated(counting.LogsWithoutEpoch, "STATE-1"),
    simulated(counting.StateNeverRenewed, "EVT-4"),
    simulated(counting.HistoryKept, "EVT-4"),
    simulated(counting.GradientsKept, "EVT-18"),
    simulated(counting.StaysInEvaluationMode, "EVT-19"),
    simulated(passing.Reversed, "DISP-1"),
    simulated(passing.ReturnsIgnored, "DISP-15"),
    simulated(passing.ControlCopied, "DISP-13"),
    simulated(passing.FirstAnswerEndsDispatch, "DISP-2"),
    simulated(flowing.interval_off_by_one, "FLOW-2"),
    simulated(flowing.epoch_strategy_after_steps, "FLOW-3"),
    simulated(flowing.end_not_saved, "FLOW-6"),
    simulated(flowing.end_not_evaluated, "FLOW-7"),
    simulated(flowing.first_step_not_logged, "FLOW-5"),
    simulated(stopping.PatienceOneMore, "STOP-1"),
    simulated(stopping.MissesNeverForgiven, "STOP-2"),
    simulated(stopping.EqualIsBetter, "STOP-3"),
    simulated(stopping.ThresholdIgnored, "STOP-4"),
    simulated(stopping.NanIsBetter, "STOP-12"),
    simulated(stopping.StopsAtLogs, "STOP-20"),
    simulated(stopping.DirectionIgnored, "STOP-6"),
    simulated(stopping.BestBeforeEvaluate, "STOP-9"),
)

ZOO: dict[str, Mutant] = {mutant.name: mutant for mutant in (*TABLED, *SIMULATED)}
"""Every mutant by name."""
