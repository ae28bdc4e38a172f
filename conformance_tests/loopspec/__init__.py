"""loopspec: an executable specification of how a training loop calls its callbacks.

    from loopspec import HFSubject, check

    report = check(HFSubject(MyTrainer))
    assert report.ok, report.failures

Importing it is cheap: no framework is imported before a subject that needs it is used.
"""

from loopspec.faults import Fault, KnownError, SubjectFault
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.recording import record
from loopspec.report.model import Report, RuleResult
from loopspec.run import check, record_all
from loopspec.scenario import Act, EarlyStopping, Scenario, Scripted
from loopspec.subjects.base import Driver, Subject
from loopspec.subjects.hf import HFSubject
from loopspec.trace import Trace
from loopspec.trace_file import TraceError, read_trace, write_trace
from loopspec.vocabulary import Capability, Edition, Event, Flag, Level, Verdict

__all__ = [
    "Act",
    "Capability",
    "Driver",
    "EarlyStopping",
    "Edition",
    "Event",
    "Fault",
    "Flag",
    "HFSubject",
    "KnownError",
    "Level",
    "Report",
    "RuleResult",
    "Scenario",
    "Scripted",
    "Subject",
    "SubjectFault",
    "Trace",
    "TraceError",
    "Verdict",
    "check",
    "judge",
    "predict",
    "read_trace",
    "record",
    "record_all",
    "write_trace",
]
