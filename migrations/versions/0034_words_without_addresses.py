"""words without addresses: what mail servers and gateways said holds nobody's mailbox and nobody's number

Returned mail was kept word for word, with the address that it came from.

Revision: 0034, after 0033
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# As app/domain/messages/fate.py had it when this was written.
_OF_ONE = "[^\\s<>\"'(),;:=&\u3000-\u303f\u4e00-\u9fff\uff00-\uff1f]+"
_MAILBOX = re.compile(f"{_OF_ONE}(?:@|\uff20|%40|&#64;){_OF_ONE}", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![A-Za-z\d])\+?(?:\d{7,}|\d{2,4}(?:[ .-]\d{3,8}){2,3}|\d{3,4}[ .-]\d{7,8})(?![A-Za-z\d])")


def upgrade() -> None:
    dispatches = sa.table("dispatches", sa.column("id", sa.Integer), sa.column("words", sa.String))
    connection = op.get_bind()
    for row_id, words in connection.execute(sa.select(dispatches.c.id, dispatches.c.words)).all():
        kept = _NUMBER.sub("…", _MAILBOX.sub("…", words))
        if kept != words:
            connection.execute(dispatches.update().where(dispatches.c.id == row_id).values(words=kept))
