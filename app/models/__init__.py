"""The tables, one file an aggregate. Importing this package registers every one of them."""

from app.domain.award import ProceedingKind, RevocationGround
from app.models.answer import SpentAnswer
from app.models.award import Honour, Proceeding, Revocation
from app.models.base import Base
from app.models.case import Case, CaseNote, NoteKind, Recusal
from app.models.document import Document, Purpose
from app.models.evidence import Evidence
from app.models.importing import Import, ImportForm, ImportRow, ImportState
from app.models.logins import LoginFailure, RecoveryCode, SecondFactor, StaffSession
from app.models.nominee import Disqualification, Dossier, Nominee, Reversal
from app.models.objection import Category, Identity, IdentityRequest, Message, MessageKind, Objection, ObjectorKind
from app.models.people import Unit, UnitKind, User
from app.models.period import Closing, DeadlineExtension, Entry, Period, WindowExtension
from app.models.programme import Programme, Quota, Stage
from app.models.record import AuditRow, AvailabilitySpan, CalendarNotice, OutboxRow
from app.models.standing import Confirmation, Correction, Opinion, OpinionOutcome, Review, ReviewStage, Revision
from app.models.stored_file import READABLE, ScanState, StoredFile

__all__ = [
    "READABLE",
    "AuditRow",
    "AvailabilitySpan",
    "Base",
    "CalendarNotice",
    "Case",
    "CaseNote",
    "Category",
    "Closing",
    "Confirmation",
    "Correction",
    "DeadlineExtension",
    "Disqualification",
    "Document",
    "Dossier",
    "Entry",
    "Evidence",
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
    "RecoveryCode",
    "Recusal",
    "Reversal",
    "Review",
    "ReviewStage",
    "Revision",
    "Revocation",
    "RevocationGround",
    "ScanState",
    "SecondFactor",
    "SpentAnswer",
    "StaffSession",
    "Stage",
    "StoredFile",
    "Unit",
    "UnitKind",
    "User",
    "WindowExtension",
]
