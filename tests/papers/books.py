"""A programme as a workbook, for tests."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from app.domain.cases.states import Role
from app.domain.programmes.annex_one import BookPlaces
from app.domain.programmes.contacts import Contact
from app.domain.programmes.plan import ProgrammePlan
from app.domain.programmes.programme_book import Book, BookContact, BookPerson
from tests.qujing import proposed_stages

QUOTAS = Path(__file__).resolve().parents[2] / "app" / "data" / "quotas.csv"


PLAN = ProgrammePlan(
    "=1+1，曲靖市评选表彰",
    "先进集体",
    "先进个人",
    "第四部分（二）3：在规定时间内无法作出结论的",
    "第七部分（二）",
    notice_number="〔2025〕—239",
    county_share=8,
    stages=proposed_stages(dt.date(2025, 10, 16)),
)


def book_of_the_notice() -> Book:
    with QUOTAS.open(encoding="utf-8") as file:
        places = [
            BookPlaces(0, row["recommender"], int(row["collectives"]), int(row["individuals"]), row["field"],
                       row["group"], row["note"])
            for row in csv.DictReader(file)
        ]  # fmt: skip
    contacts = [BookContact(0, "麒麟区", Contact("0874-3120000", "文昌街 78 号", "a@example.cn", "工作日 8:30"))]
    people = [
        BookPerson(0, "qilin01", "张三", Role.HEAD, "麒麟区"),
        BookPerson(0, "ban", "李四", Role.OFFICE, "市专班"),
    ]
    return Book(PLAN, "市专班", places, contacts, people)
