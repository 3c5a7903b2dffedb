"""The tables, one file an aggregate. Importing this package registers every one of them."""

from app.domain.award.decision import ProceedingKind, RevocationGround
from app.models.accounts import LoginFailure, RecoveryCode, SecondFactor, StaffSession, Unit, UnitKind, User
from app.models.award import Honour, Proceeding, Revocation
from app.models.base import Base
from app.models.calendar import AvailabilitySpan, CalendarNotice
from app.models.cases import GROUP_ACT_NAMES, Case, CaseNote, GroupAct, GroupActKind, NoteKind, Recusal
from app.models.document import Document, Purpose
from app.models.imports import Import, ImportForm, ImportRow, ImportState
from app.models.messages import Dispatch, OutboxRow, Reach, StaffCalendar
from app.models.nominees import (
    Confirmation,
    Correction,
    Disqualification,
    Dossier,
    Nominee,
    Opinion,
    OpinionOutcome,
    Reversal,
    Review,
    ReviewStage,
    Revision,
)
from app.models.objections import (
    Category,
    Draft,
    Evidence,
    Identity,
    IdentityRequest,
    Message,
    MessageKind,
    Objection,
    ObjectorKind,
    SpentAnswer,
)
from app.models.periods import Closing, DeadlineExtension, Entry, Period, Replanning, WindowExtension
from app.models.programmes import Programme, Quota, Stage
from app.models.record import AuditRow, CheckRun
from app.models.stored_file import READABLE, ScanState, StoredFile

__all__ = [
    "GROUP_ACT_NAMES",
    "READABLE",
    "AuditRow",
    "AvailabilitySpan",
    "Base",
    "CalendarNotice",
    "Case",
    "CaseNote",
    "Category",
    "CheckRun",
    "Closing",
    "Confirmation",
    "Correction",
    "DeadlineExtension",
    "Dispatch",
    "Disqualification",
    "Document",
    "Dossier",
    "Draft",
    "Entry",
    "Evidence",
    "GroupAct",
    "GroupActKind",
    "Honour",
    "Identity",
    "IdentityRequest",
    "Import",
    "ImportForm",
    "ImportRow",
    "ImportState",
    "LoginFailure",
    "Message",
    "MessageKind",
    "Nominee",
    "NoteKind",
    "Objection",
    "ObjectorKind",
    "Opinion",
    "OpinionOutcome",
    "OutboxRow",
    "Period",
    "Proceeding",
    "ProceedingKind",
    "Programme",
    "Purpose",
    "Quota",
    "Reach",
    "RecoveryCode",
    "Recusal",
    "Replanning",
    "Reversal",
    "Review",
    "ReviewStage",
    "Revision",
    "Revocation",
    "RevocationGround",
    "ScanState",
    "SecondFactor",
    "SpentAnswer",
    "StaffCalendar",
    "StaffSession",
    "Stage",
    "StoredFile",
    "Unit",
    "UnitKind",
    "User",
    "WindowExtension",
]
