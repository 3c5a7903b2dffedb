"""The tables, one file an aggregate. Importing this package registers every one of them."""

from app.models.answer import SpentAnswer
from app.models.base import Base
from app.models.case import Case, CaseNote, NoteKind, Recusal
from app.models.evidence import Evidence, ScanState
from app.models.nominee import Disqualification, Nominee, Reversal
from app.models.objection import Category, Identity, IdentityRequest, Message, MessageKind, Objection, ObjectorKind
from app.models.people import Unit, UnitKind, User
from app.models.period import Closing, DeadlineExtension, Entry, Period, WindowExtension
from app.models.programme import Programme, Quota
from app.models.record import AuditRow, AvailabilitySpan, CalendarNotice, OutboxRow

__all__ = [
    "AuditRow",
    "AvailabilitySpan",
    "Base",
    "CalendarNotice",
    "Case",
    "CaseNote",
    "Category",
    "Closing",
    "DeadlineExtension",
    "Disqualification",
    "Entry",
    "Evidence",
    "Identity",
    "IdentityRequest",
    "Message",
    "MessageKind",
    "Nominee",
    "NoteKind",
    "Objection",
    "ObjectorKind",
    "OutboxRow",
    "Period",
    "Programme",
    "Quota",
    "Recusal",
    "Reversal",
    "ScanState",
    "SpentAnswer",
    "Unit",
    "UnitKind",
    "User",
    "WindowExtension",
]
