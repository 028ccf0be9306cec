"""One file per concept; import from here."""

from cases.models.accounts import READERS, WRITERS, Membership, Municipality, Role, User
from cases.models.adjustment import (
    Adjustment,
    AdjustmentChoice,
    AdjustmentReason,
    ClaimState,
    Faith,
    RepaymentClaim,
    SettleBy,
    Settlement,
)
from cases.models.any_of import AnyOf, AnyText, Ids
from cases.models.assessment import Applies, Article, Assessment
from cases.models.audit import AccessLog, Look
from cases.models.batch import BatchState, PaymentBatch, PaymentFile, PaymentSettings, PostingFile, Profile
from cases.models.control import AlarmKind, ControlKind, ControlRun, ReplayAlarm, Seal
from cases.models.decision import Decision, Outcome
from cases.models.figures import StoredMonth
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
from cases.models.portal import SavedView
from cases.models.post import Delivery, DeliveryState, IssuedDocument, IssuedFile
from cases.models.process import Award, Process, ProcessKind, ProcessState, Stage
from cases.models.rates import NationalRates, has_rates, rates_for
from cases.models.retention import RetentionCut, RetentionKind, RetentionLog, RetentionPeriod
from cases.models.rule_setting import Mode, RuleSetting
from cases.models.run import Block, BlockState, Failure, Run, RunState
from cases.models.sample import Fault, Sample, SampleItem, SampleSetting, Verdict, sample_percent
from cases.models.shadow import CaseFile, ShadowCase, ShadowMonth, ShadowOutcome
from cases.models.task import ConcernAnswer, ConcernKind, Task, TaskConcern, TaskKind, TaskState
from cases.models.trial import ProposalState, SettingProposal, SettingTrial, TrialState
from cases.models.worker import WorkerBeat

__all__ = [
    "READERS",
    "WRITERS",
    "AccessLog",
    "AddedIncome",
    "Adjustment",
    "AdjustmentChoice",
    "AdjustmentReason",
    "AlarmKind",
    "AnyOf",
    "AnyText",
    "Applies",
    "Article",
    "Assessment",
    "Award",
    "BatchState",
    "Block",
    "BlockState",
    "CaseFile",
    "Citizen",
    "ClaimState",
    "Complaint",
    "ConcernAnswer",
    "ConcernKind",
    "ControlKind",
    "ControlLine",
    "ControlRun",
    "Decision",
    "Delivery",
    "DeliveryState",
    "EarlierSubsidy",
    "Employer",
    "EventKind",
    "Failure",
    "Faith",
    "Fault",
    "Grant",
    "HolidayPayer",
    "HolidayPayment",
    "Ids",
    "IncomeFile",
    "IncomeReport",
    "IncomeTreatment",
    "IssuedDocument",
    "IssuedFile",
    "Job",
    "JobcentreEvent",
    "JournalNote",
    "Letter",
    "LetterKind",
    "LineKind",
    "Look",
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
    "PaymentBatch",
    "PaymentEvent",
    "PaymentFile",
    "PaymentLine",
    "PaymentSettings",
    "PaymentStatus",
    "Period",
    "PeriodKind",
    "PostingFile",
    "Process",
    "ProcessKind",
    "ProcessState",
    "Profile",
    "ProposalState",
    "RawAnswer",
    "RepaymentClaim",
    "ReplayAlarm",
    "RetentionCut",
    "RetentionKind",
    "RetentionLog",
    "RetentionPeriod",
    "Role",
    "RuleSetting",
    "Run",
    "RunState",
    "Sample",
    "SampleItem",
    "SampleSetting",
    "SavedView",
    "Seal",
    "SettingProposal",
    "SettingTrial",
    "SettleBy",
    "Settlement",
    "ShadowCase",
    "ShadowMonth",
    "ShadowOutcome",
    "Stage",
    "StopReason",
    "StoredMonth",
    "Task",
    "TaskConcern",
    "TaskKind",
    "TaskState",
    "TreatmentAction",
    "TrialState",
    "User",
    "Verdict",
    "Visitation",
    "WageCeiling",
    "WorkerBeat",
    "birth_date_of",
    "has_rates",
    "names_of_employers",
    "parameters_for",
    "rates_for",
    "sample_percent",
]
