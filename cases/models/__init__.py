"""One file per concept; import from here."""

from cases.models.accounts import READERS, WRITERS, Membership, Municipality, Role, User
from cases.models.audit import AccessLog, IssuedDocument
from cases.models.decision import Decision, Outcome
from cases.models.grant import (
    EarlierSubsidy,
    Employer,
    Grant,
    Job,
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
from cases.models.parameters import MunicipalParameters, parameters_for
from cases.models.payment import LineKind, Payment, PaymentEvent, PaymentLine, PaymentStatus
from cases.models.people import Citizen, birth_date_of
from cases.models.rates import NationalRates, has_rates, rates_for
from cases.models.run import Block, BlockState, Failure, Run, RunState
from cases.models.task import ConcernAnswer, Task, TaskConcern, TaskKind, TaskState

__all__ = [
    "READERS",
    "WRITERS",
    "AccessLog",
    "AddedIncome",
    "Block",
    "BlockState",
    "Citizen",
    "ConcernAnswer",
    "Decision",
    "EarlierSubsidy",
    "Employer",
    "Failure",
    "Grant",
    "IncomeFile",
    "IncomeReport",
    "IncomeTreatment",
    "IssuedDocument",
    "Job",
    "LineKind",
    "Membership",
    "MunicipalParameters",
    "Municipality",
    "NationalRates",
    "Outcome",
    "Payment",
    "PaymentEvent",
    "PaymentLine",
    "PaymentStatus",
    "Period",
    "PeriodKind",
    "RawAnswer",
    "Role",
    "Run",
    "RunState",
    "StopReason",
    "Task",
    "TaskConcern",
    "TaskKind",
    "TaskState",
    "TreatmentAction",
    "User",
    "WageCeiling",
    "birth_date_of",
    "has_rates",
    "names_of_employers",
    "parameters_for",
    "rates_for",
]
