"""What the demonstration's nominees need besides publicity: conditions, reviews, opinions with their scans."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.demo.diary import Diary
from app.domain.calendar.workdays import Calendar, local_date, midnight, nth_workday_before
from app.domain.cases.states import Actor
from app.domain.nominees.opinions import list_always_asked
from app.models import Nominee, OpinionOutcome, ReviewStage
from app.notices.offered import built_in
from app.sealing import Keyring
from app.services.nominees import access, eligibility, opinions, reviews
from app.services.shared.documents import Upload
from app.services.shared.files import Vault
from app.services.shared.work import Work


@dataclass(frozen=True)
class Clearing:
    """Records conditions, reviews and opinions for the office and the units, with real files in the evidence store."""

    keyring: Keyring
    vault: Vault
    office: Actor

    def look_through(
        self,
        diary: Diary,
        calendar: Calendar,
        nominees: Sequence[Nominee],
        handler: Actor,
        before: dt.date,
        *,
        all_of_them: bool,
    ) -> None:
        """Note 初审 after round 1, and the authorities' opinions. Both come before round 2 is scheduled."""
        day = midnight(nth_workday_before(before, 4, calendar)) + dt.timedelta(minutes=nominees[0].recommender_id % 50)
        diary.note(
            day + dt.timedelta(hours=14),
            lambda session, now: self.review(session, nominees, ReviewStage.PRELIMINARY, now),
        )
        diary.note(
            day + dt.timedelta(hours=16),
            lambda session, now: self.ask(session, nominees, handler, now, all_of_them=all_of_them),
        )

    def look_once_more(self, diary: Diary, calendar: Calendar, nominees: Sequence[Nominee], before: dt.date) -> None:
        """Note 复审, before round 3 is scheduled."""
        at = midnight(nth_workday_before(before, 4, calendar)) + dt.timedelta(hours=14)
        diary.note(at, lambda session, now: self.review(session, nominees, ReviewStage.FINAL, now))

    def review(self, session: Session, nominees: Sequence[Nominee], stage: ReviewStage, now: dt.datetime) -> None:
        """Confirm every condition, then pass the review, for all nominees of a unit at once."""
        ids = [nominee.id for nominee in nominees]
        eligibility.confirm(Work(session, now, self.office, keyring=self.keyring), ids)
        reviews.review(Work(session, now, self.office, keyring=self.keyring), ids, stage, True, "")

    def ask(
        self, session: Session, nominees: Sequence[Nominee], handler: Actor, now: dt.datetime, *, all_of_them: bool
    ) -> None:
        """Record the authorities' answers for the unit: from all authorities, or only from those that are always
        asked."""
        asked_about = access.find_chosen(session, [nominee.id for nominee in nominees], handler)
        needed = opinions.find_needed_authorities(session, self.keyring, asked_about)
        notice = built_in()
        for authority in notice.authority_names if all_of_them else sorted(list_always_asked(notice)):
            ids = [nominee.id for nominee in asked_about if authority in needed[nominee.id]]
            if ids:
                answer = opinions.OpinionAnswer(
                    authority, OpinionOutcome.FAVOURABLE, "经核查，无不同意见。", local_date(now)
                )
                self.write_down(session, ids, answer, handler, now)

    def write_down(
        self,
        session: Session,
        nominee_ids: Sequence[int],
        answer: opinions.OpinionAnswer,
        handler: Actor,
        now: dt.datetime,
    ) -> None:
        """Record one answer about these nominees, with its scan if the authority was asked."""
        scan = None
        if answer.outcome is not OpinionOutcome.NOT_ASKED:
            name = built_in().authority_names[answer.authority]
            scan = Upload(f"征求意见表-{name}.pdf", io.BytesIO(letter(f"{name}：{answer.text}")))
        work = Work(session, now, handler, keyring=self.keyring)
        opinions.record_opinion(work, self.vault, nominee_ids, answer, scan)


def letter(line: str) -> bytes:
    """Return a one-page PDF with this line. It names a font that each PDF reader brings along, and embeds none."""
    words = f"{line}（演示件）".encode("utf-16-be").hex()
    text = f"BT /F1 16 Tf 60 700 Td <{words}> Tj ET".encode()
    face = b"/BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 %s /FontDescriptor 7 0 R >>" % face,
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    )
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table))
    return out.getvalue()
