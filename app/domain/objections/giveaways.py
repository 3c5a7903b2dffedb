"""Finds the parts of a text that reveal its writer. They are pointed out before filing and never refused (R19)."""

from __future__ import annotations

import unicodedata

from app.domain.objections.contacts import contacts_in, plain_contact
from app.domain.shared.privacy import CARD, ID_NUMBER, find_private

OWN_NAME = "您的姓名"
OWN_UNIT = "您单位的名称"
OWN_CONTACT_PERSON = "联系人的姓名"
OWN_CONTACT = "您的联系方式"
_SHORTEST_NAME = 2  # characters: one alone stands in any text
_ALSO = (ID_NUMBER, CARD)


def giveaways(facts: str, name: str, contact_person: str, contact: str, *, unit: bool) -> list[str]:
    """List what the facts hold of whoever files them, in Chinese: own name and contact, ID and card numbers.

    Spaces, width, case and the way a number is grouped make no difference. A witness's telephone is no giveaway.
    """
    text = _plain(facts)
    own = [(OWN_UNIT if unit else OWN_NAME, _plain(name)), (OWN_CONTACT_PERSON, _plain(contact_person))]
    found = [what for what, wanted in own if len(wanted) >= _SHORTEST_NAME and wanted in text]
    # Without the extension: it stands somewhere else in the text, or nowhere.
    keys = [each.key.partition("转")[0] for each in contacts_in(contact)] or [plain_contact(contact)]
    if any(number and number in text for number in map(_plain, keys)):
        found.append(OWN_CONTACT)
    return found + [kind for kind in find_private(facts) if kind in _ALSO]


def _plain(text: str) -> str:
    """Return a text without what stands inside names and between groups of digits: spaces, dots, hyphens."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum())
