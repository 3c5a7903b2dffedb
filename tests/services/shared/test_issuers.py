"""Who can issue papers: units under the names that they sign with."""

from __future__ import annotations

import pytest

from app.domain.papers.issuing import Named, PaperParty
from app.models import Programme, Unit
from app.services.shared.issuers import named, parties_of, the_office
from tests.world import World


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_party_signs_under_its_own_names(world: World) -> None:
    with world.database.reader() as session:
        programme, qilin = session.get_one(Programme, world.programme), session.get_one(Unit, world.qilin)
        office = the_office(session)
        programme.signatory, qilin.signed_as = (
            "中共某市委办公室、某市人民政府办公室",
            "中共麒麟区委员会、麒麟区人民政府",
        )
        assert parties_of(session, programme) == {
            PaperParty.OFFICE: Named(office.name),
            PaperParty.CITY: Named(office.name, programme.signatory),
            PaperParty.REVIEWERS: Named("市评选工作组"),
        }
        of_period = parties_of(session, programme, qilin)
        assert (of_period[PaperParty.ORGANISER], of_period[PaperParty.SUPERIOR]) == (named(qilin), named(office))
        assert of_period[PaperParty.ORGANISER].signatories == ("中共麒麟区委员会", "麒麟区人民政府")
        programme.signatory, office.signed_as = "", "某市评选办公室"
        assert parties_of(session, programme, office)[PaperParty.CITY].signatories == ("某市评选办公室",)
        assert parties_of(session, programme, office)[PaperParty.SUPERIOR] == named(office)
