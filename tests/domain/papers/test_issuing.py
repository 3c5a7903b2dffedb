"""Who issues each paper: one table by paper and round."""

from __future__ import annotations

import pytest

from app.domain.papers.issuing import (
    ISSUING,
    Issue,
    Named,
    PaperKind,
    PaperParty,
    Seal,
    fault_of_signed_as,
    issue,
    split_signatories,
)

OFFICE = Named("市工作专班")
LUOPING = Named("罗平县", "中共罗平县委员会、罗平县人民政府")
PARTIES = {
    PaperParty.ORGANISER: LUOPING,
    PaperParty.SUPERIOR: OFFICE,
    PaperParty.RECOMMENDER: LUOPING,
    PaperParty.HANDLER: Named("罗平县教育局"),
    PaperParty.OFFICE: OFFICE,
    PaperParty.CITY: Named("市工作专班", "中共某市委办公室 某市人民政府办公室"),
    PaperParty.AUTHORITY: Named("市公安局"),
    PaperParty.REVIEWERS: Named("市评选工作组"),
}
BOTH = ("中共罗平县委员会", "罗平县人民政府")


def test_every_paper_has_its_own_row() -> None:
    """All of them, round by round: who signs, to whom it goes."""
    city = ("中共某市委办公室", "某市人民政府办公室")
    assert {row: issue(*row, PARTIES) for row in ISSUING} == {
        (PaperKind.NOTICE, 1): Issue(BOTH),
        (PaperKind.NOTICE, 2): Issue(BOTH),
        (PaperKind.NOTICE, 3): Issue(city),
        (PaperKind.CASES, 1): Issue(BOTH, "市工作专班"),
        (PaperKind.CASES, 2): Issue(BOTH, "市工作专班"),
        (PaperKind.CASES, 3): Issue(BOTH, "市评选工作组"),
        (PaperKind.CLOSING, 1): Issue(("市工作专班",)),
        (PaperKind.CLOSING, 2): Issue(("市工作专班",)),
        (PaperKind.CLOSING, 3): Issue(("市工作专班",)),
        (PaperKind.PRELIMINARY, 0): Issue(BOTH, "市工作专班"),
        (PaperKind.FORMAL, 0): Issue(BOTH, "市工作专班"),
        (PaperKind.ASKING, 0): Issue(BOTH, "市公安局"),
        (PaperKind.SUMMARY, 0): Issue(BOTH),
        (PaperKind.LEADERS, 0): Issue(BOTH),
        (PaperKind.LETTER_OF_HANDLER, 0): Issue(("罗平县教育局",)),
        (PaperKind.LETTER_OF_OFFICE, 0): Issue(("市工作专班",)),
    }
    assert {kind for kind, _ in ISSUING} == set(PaperKind)


def test_the_seal_stands_on_the_date_or_beside_the_name_that_the_annex_prints() -> None:
    beside = {kind for (kind, _), row in ISSUING.items() if row.seal is Seal.BESIDE_THE_NAME}
    assert beside == {PaperKind.SUMMARY, PaperKind.LEADERS}


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("", ()),
        ("市工作专班", ("市工作专班",)),
        ("中共曲靖市委办公室 曲靖市人民政府办公室", ("中共曲靖市委办公室", "曲靖市人民政府办公室")),
        ("中共罗平县委员会、罗平县人民政府", BOTH),
        ("中共罗平县委员会\n罗平县人民政府；", BOTH),
        ("市实施“四个工程” 工作专班", ("市实施“四个工程”", "工作专班")),
        ("ABC Company Ltd", ("ABC Company Ltd",)),
    ],
)
def test_joint_signatories_are_read_as_people_write_them(written: str, names: tuple[str, ...]) -> None:
    assert split_signatories(written) == names


def test_a_name_to_sign_under_is_judged_with_the_way_out() -> None:
    assert [fault_of_signed_as(text) for text in ("", "中共罗平县委员会、罗平县人民政府")] == ["", ""]
    for text in ("县委", "甲乙、丙丁", "、".join(["某单位"] * 6), "某" * 200):
        assert fault_of_signed_as(text) == ""
    for text in ("县", "甲乙、丙", "、".join(["某单位"] * 7), "某" * 201):
        assert "联合署名的用“、”隔开" in fault_of_signed_as(text)
