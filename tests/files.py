"""Evidence for tests: small real files, and the vault they are put into."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from app.domain.objections.receipt import keyed_hash
from app.evidence.store import Folder
from app.models import Purpose
from app.sealing import Keyring
from app.services.objections import evidence
from app.services.objections.evidence import Attached
from app.services.shared import documents
from app.services.shared.files import Vault
from app.services.shared.work import Work
from tests.web.browsing import TOKEN
from tests.world import World, at

MARK = "赵小禾的合同.pdf"  # a file name that reveals who sent it


def pdf(text: str = "evidence", padding: int = 0) -> bytes:
    """A PDF of one empty page; `text` makes one differ from another, `padding` makes it long."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n% " + text.encode() + b"\n")
    for _ in range(padding // 1000):
        out.write(b"%" + b"x" * 998 + b"\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = out.tell()
    out.write(b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def png(shade: int = 0) -> bytes:
    return _picture("PNG", shade)


def jpeg(shade: int = 0) -> bytes:
    return _picture("JPEG", shade)


def _picture(kind: str, shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 160)).save(out, kind)
    return out.getvalue()


def vault_in(folder: Path, key: bytes, *, scanned: bool = False) -> Vault:
    return Vault(Folder(folder), Keyring(key.decode()), scanned)


def attach(
    world: World,
    folder: Path,
    content: bytes,
    token: str = TOKEN,
    title: str = MARK,
    *,
    now: str,
    scanned: bool = False,
) -> Attached:
    """Store a file for a form, as the page's script sends it."""
    vault, form = vault_in(folder, world.key, scanned=scanned), form_hash(world.key, token)
    with world.database.writer() as session:
        return evidence.receive(Work(session, at(now)), vault, form, title, io.BytesIO(content))


def hand_in(
    world: World,
    folder: Path,
    purpose: Purpose,
    content: bytes,
    title: str = "扫描件.pdf",
    *,
    now: str,
    nominee_id: int | None = None,
    scanned: bool = False,
) -> int:
    """A file of staff, stored and named by a row. Returns the row's id."""
    vault, office = vault_in(folder, world.key, scanned=scanned), world.actor("office")
    row = documents.store_document(
        vault,
        purpose,
        world.programme,
        documents.Upload(title, io.BytesIO(content)),
        office,
        at(now),
        nominee_id=nominee_id,
    )
    with world.database.writer() as session:
        session.add(row)
        session.commit()
        return row.id


def form_hash(key: bytes, token: str) -> str:
    """Return the key of a form's files."""
    return keyed_hash(key, "form", token)
