"""Named refusals, one file a subject. `from app.domain.refusals import WindowClosed`."""

from app.domain.refusals.accounts import (
    LoginRefused,
    StepTooLate,
    TooManyFailures,
    WeakPassword,
    WrongCode,
    WrongPassword,
)
from app.domain.refusals.award import Awarded, DecisionNotReady
from app.domain.refusals.base import BadValue, ChangedMeanwhile, Fault, NotThere, Refusal, Unfit, WrongState
from app.domain.refusals.calendar import BadNotice, BeyondHorizon, NotAWorkday, TooEarly
from app.domain.refusals.cases import AlreadyDone, MissingText, MoveRefused, NotAllowed, NotYourCase, SamePerson
from app.domain.refusals.imports import ImportHasProblems, ImportNotReady, NotARecommender, TooManyRows, WrongFiles
from app.domain.refusals.nominees import KnownAlready, NoLongerStands, NothingChanged, NotReady
from app.domain.refusals.objections import (
    AnswerSpent,
    FileDamaged,
    FileRefused,
    FilesChanged,
    FormAlreadyUsed,
    HeldBack,
    NothingChosen,
    TooManyFiles,
    UnknownReceipt,
)
from app.domain.refusals.papers import TemplateBroken, UnreadableForm
from app.domain.refusals.periods import (
    AlreadyClosed,
    CasesOpen,
    EstimatedCalendar,
    ManyStopped,
    NotEligible,
    PrivateData,
    QuotaExceeded,
    TooLateToConclude,
    WindowClosed,
)
from app.domain.refusals.programmes import Archived, BookRefused, StillNeeded
from app.domain.refusals.upkeep import BackupFailed, NotABackup

__all__ = [
    "AlreadyClosed",
    "AlreadyDone",
    "AnswerSpent",
    "Archived",
    "Awarded",
    "BackupFailed",
    "BadNotice",
    "BadValue",
    "BeyondHorizon",
    "BookRefused",
    "CasesOpen",
    "ChangedMeanwhile",
    "DecisionNotReady",
    "EstimatedCalendar",
    "Fault",
    "FileDamaged",
    "FileRefused",
    "FilesChanged",
    "FormAlreadyUsed",
    "HeldBack",
    "ImportHasProblems",
    "ImportNotReady",
    "KnownAlready",
    "LoginRefused",
    "ManyStopped",
    "MissingText",
    "MoveRefused",
    "NoLongerStands",
    "NotABackup",
    "NotARecommender",
    "NotAWorkday",
    "NotAllowed",
    "NotEligible",
    "NotReady",
    "NotThere",
    "NotYourCase",
    "NothingChanged",
    "NothingChosen",
    "PrivateData",
    "QuotaExceeded",
    "Refusal",
    "SamePerson",
    "StepTooLate",
    "StillNeeded",
    "TemplateBroken",
    "TooEarly",
    "TooLateToConclude",
    "TooManyFailures",
    "TooManyFiles",
    "TooManyRows",
    "Unfit",
    "UnknownReceipt",
    "UnreadableForm",
    "WeakPassword",
    "WindowClosed",
    "WrongCode",
    "WrongFiles",
    "WrongPassword",
    "WrongState",
]
