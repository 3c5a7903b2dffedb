"""Word lists of the demonstration: those of the notice that it uses, and the parts of invented names."""

from app.demo.texts import read_texts
from app.notices.offered import built_in

PERSON_STATUSES = built_in().words("status")

AGENCY, INSTITUTION, STATE_FIRM = "行政机关", "事业单位", "国有企业"
CIVIL, EXPERT, _, _, WORKER, FARMER = PERSON_STATUSES[:6]
SELF_EMPLOYED, RETIRED = "个体经营者", "退（离）休人员"

_NAMES = read_texts("names")
SURNAMES: str = _NAMES["surnames"]
GIVEN: list[tuple[str, str]] = [(first, second) for first, second in _NAMES["given"]]
STOP_NAMES = frozenset(_NAMES["left_out"].split())
STEMS = tuple(_NAMES["stems"].split())
