"""Made-up objections, and the short texts of handling them. None names a nominee, so each fits every entry."""

from dataclasses import dataclass

from app.demo.texts import read_texts

_TEXTS = read_texts("cases")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A made-up objection. `category` is a value of Category. Telephone numbers 1300000… and example.com belong to no
    person."""

    category: str
    facts: str
    name: str
    contact: str


def complaints() -> tuple[Complaint, ...]:
    """Return all complaints, in a fixed order."""
    return tuple(Complaint(**given) for given in _TEXTS["complaints"])


FINDINGS, GROUNDS, DECLINE_REASONS, SUPPLEMENT_QUESTIONS, ANSWERS, NOTES = (
    tuple(_TEXTS[name])
    for name in ("findings", "grounds", "decline_reasons", "supplement_questions", "answers", "notes")
)
PHRASES: dict[str, list[str]] = _TEXTS["phrases"]
