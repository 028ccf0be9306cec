"""One file per concept; import from here."""

from cases.models.accounts import READERS, WRITERS, Membership, Municipality, Role, User
from cases.models.audit import AccessLog, IssuedDocument
from cases.models.decision import Decision, Outcome
from cases.models.grant import (
    EarlierSubsidy,
    Employer,
    Grant,
    HolidayPayer,
    Job,
    LostKind,
    Period,
    PeriodKind,
    StopReason,
    WageCeiling,
    names_of_employers,
)
from cases.models.income import (
    AddedIncome,
    IncomeFile,
    IncomeReport,
    IncomeTreatment,
    RawAnswer,
    TreatmentAction,
)
from cases.models.jobcentre import EventKind, HolidayPayment, JobcentreEvent, Notice, NoticeKind
from cases.models.letter import (
    Complaint,
    ControlLine,
    JournalNote,
    Letter,
    LetterKind,
    PartyHearing,
    Visitation,
)
from cases.models.parameters import MunicipalParameters, parameters_for
from cases.models.payment import LineKind, Payment, PaymentEvent, PaymentLine, PaymentStatus
from cases.models.people import Citizen, birth_date_of
from cases.models.process import Adjustment, Award, Process, ProcessKind, ProcessState, Stage
from cases.models.rates import NationalRates, has_rates, rates_for
from cases.models.rule_setting import Mode, RuleSetting
from cases.models.run import Block, BlockState, Failure, Run, RunState
from cases.models.task import ConcernAnswer, ConcernKind, Task, TaskConcern, TaskKind, TaskState

__all__ = [
    "READERS",
    "WRITERS",
    "AccessLog",
    "AddedIncome",
    "Adjustment",
    "Award",
    "Block",
    "BlockState",
    "Citizen",
    "Complaint",
    "ConcernAnswer",
    "ConcernKind",
    "ControlLine",
    "Decision",
    "EarlierSubsidy",
    "Employer",
    "EventKind",
    "Failure",
    "Grant",
    "HolidayPayer",
    "HolidayPayment",
    "IncomeFile",
    "IncomeReport",
    "IncomeTreatment",
    "IssuedDocument",
    "Job",
    "JobcentreEvent",
    "JournalNote",
    "Letter",
    "LetterKind",
    "LineKind",
    "LostKind",
    "Membership",
    "Mode",
    "MunicipalParameters",
    "Municipality",
    "NationalRates",
    "Notice",
    "NoticeKind",
    "Outcome",
    "PartyHearing",
    "Payment",
    "PaymentEvent",
    "PaymentLine",
    "PaymentStatus",
    "Period",
    "PeriodKind",
    "Process",
    "ProcessKind",
    "ProcessState",
    "RawAnswer",
    "Role",
    "RuleSetting",
    "Run",
    "RunState",
    "Stage",
    "StopReason",
    "Task",
    "TaskConcern",
    "TaskKind",
    "TaskState",
    "TreatmentAction",
    "User",
    "Visitation",
    "WageCeiling",
    "birth_date_of",
    "has_rates",
    "names_of_employers",
    "parameters_for",
    "rates_for",
]
