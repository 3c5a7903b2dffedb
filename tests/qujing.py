"""The built-in notice for tests, and the functions of the rules with that notice filled in."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path

from app.domain.award import decision
from app.domain.imports import form_words, nominations, photos
from app.domain.nominees import eligibility, misprints, opinions, passage
from app.domain.programmes import plan, programme_book
from app.notices.offered import built_in
from app.papers import forms, programme_writing, summaries

FOLDER = Path(__file__).resolve().parent / "data" / "notices"
QUJING = built_in()
ROUNDS, STAGES = QUJING.rounds, QUJING.stages
UNIT_TYPES, TRADES = QUJING.words("unit_type"), QUJING.words("trade")
PERSON_STATUSES = QUJING.words("status")
ALWAYS = opinions.list_always_asked(QUJING)
LISTS = {field: form_words.list_of(field, QUJING).words for field in form_words.LISTS}


class Authority(StrEnum):
    """The keys of its authorities, in the order of annex 6."""

    DISCIPLINE = "discipline"
    PERSONNEL = "personnel"
    POLICE = "police"
    AUDIT = "audit"


assert [*QUJING.authority_names] == [*Authority]

checks_of = partial(eligibility.checks_of, notice=QUJING)
conditions_of = partial(eligibility.conditions_of, notice=QUJING)
needed = partial(opinions.list_needed, notice=QUJING)
missing = partial(opinions.list_missing, notice=QUJING)
names = partial(opinions.join_names, notice=QUJING)
is_misprint = partial(misprints.is_misprint, notice=QUJING)
form_word = partial(form_words.form_word, notice=QUJING)
problems_of = partial(nominations.problems_of, notice=QUJING)
normalised = partial(nominations.normalised, notice=QUJING)
photo_problems = partial(photos.photo_problems, asked=QUJING.photo)
why_not = partial(passage.explain_obstacle, rounds=ROUNDS)
round_ahead = partial(passage.find_next_round, rounds=ROUNDS)
proposed_stages = partial(plan.proposed_stages, stages=STAGES)
faults_of_texts = partial(plan.faults_of_texts, notice=QUJING)
faults_of_stages = partial(plan.faults_of_stages, stages=STAGES)
read = partial(programme_book.read, notice=QUJING)
judge = partial(decision.judge, notice=QUJING)
award_list = partial(decision.build_award_list, notice=QUJING)
write_summary = partial(summaries.write_summary, notice=QUJING)
read_summary = partial(summaries.read_summary, notice=QUJING)
write_form = partial(forms.write_form, notice=QUJING)
read_form = partial(forms.read_form, notice=QUJING)


def written(book: programme_book.Book | None = None) -> bytes:
    return programme_writing.written(book, QUJING)
