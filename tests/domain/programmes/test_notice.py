"""What a notice calls its annexes, and how their printed notes repeat its lists and limits."""

from __future__ import annotations

from dataclasses import replace

from app.domain.periods.rounds import Kind
from tests.qujing import QUJING


def test_annexes_are_named_after_the_honour() -> None:
    renamed = replace(QUJING, kind_names={Kind.COLLECTIVE: "模范单位", Kind.INDIVIDUAL: "模范"})
    assert [renamed.summary_name(kind) for kind in Kind] == ["模范单位推荐对象汇总表", "模范推荐对象汇总表"]
    assert [renamed.form_name(kind) for kind in Kind] == ["模范单位推荐表", "模范推荐表"]
    assert renamed.annexes(renamed.forms.values()) == "附件4、5"


def test_a_collective_has_unit_types_and_an_individual_has_statuses() -> None:
    assert QUJING.categories(Kind.COLLECTIVE) == QUJING.words("unit_type")
    assert QUJING.categories(Kind.INDIVIDUAL) == QUJING.words("status")


def test_a_note_repeats_the_list_and_the_limit_of_its_notice() -> None:
    annex = replace(QUJING.opinion_form, notes=("政治面貌：{political}。", "限{deeds_limit}字。"))
    notice = replace(QUJING, deeds_limit=300)
    assert notice.printed_notes(annex) == [f"政治面貌：{'、'.join(QUJING.words('political'))}。", "限300字。"]


def test_an_annex_is_named_by_its_number() -> None:
    assert [QUJING.forms[kind].label for kind in Kind] == ["附件4", "附件5"]
    assert QUJING.opinion_form.label == "附件6"
    assert QUJING.annexes([QUJING.forms[Kind.COLLECTIVE], QUJING.opinion_form]) == "附件4、6"


def test_deeds_have_at_least_one_character_and_as_many_as_the_notice_says() -> None:
    assert replace(QUJING, deeds_limit=500).deeds_bounds == (1, 500)


def test_approvers_and_authorities_stand_in_the_order_of_the_notice() -> None:
    assert QUJING.approver_words == "市委、市政府"
    assert [*QUJING.authority_names.values()] == ["纪检监察机关", "组织人事部门", "公安部门", "审计部门"]
