"""Whatever makes a connection goes where the settings say, and to nowhere that a person wrote (SECURITY 37, 58)."""

# ruff: noqa: E501 - pieces of files as other programs write them

from __future__ import annotations

import ast
import io
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest

from app.channels.gateways import gateways_of
from app.database import ROOT
from app.domain.messages.channels import OutgoingChannel, fault_of_address
from app.domain.messages.fate import Reply
from app.domain.messages.wording import MessageText, NoticeKind
from app.domain.refusals import FileRefused
from app.evidence.copier import made_copy
from app.evidence.inspection import inspect
from app.papers.printing import find_program, printer_of
from config import Settings
from tests.channels.gateways import web
from tests.evidence.marked import docx_file, pdf_file, xlsx_file

LETTER = MessageText("", "", "案件 2026-1：新收异议。", NoticeKind.WARNING)

# --- who connects at all -------------------------------------------------------------------------

CONNECTING = {"socket", "requests", "smtplib", "imaplib", "http.client", "urllib.request", "boto3", "ftplib", "redis"}
# Each with the setting, of whoever owns the installation, that names the other side.
CONNECTS = {
    "app/channels/bounces.py": "GONGSHI_IMAP_URL",
    "app/channels/mail.py": "GONGSHI_MAIL_URL",
    "app/channels/robots.py": "GONGSHI_WECOM_URL, GONGSHI_DINGTALK_URL",
    "app/channels/sms.py": "GONGSHI_SMS_URL",
    "app/channels/timestamps.py": "GONGSHI_TSA_URL",
    "app/channels/witnesses.py": "GONGSHI_WITNESSES",
    "app/evidence/s3.py": "GONGSHI_EVIDENCE_S3_ENDPOINT",
    "app/evidence/scanner.py": "GONGSHI_CLAMD",
    "app/processes/ticking.py": "GONGSHI_HOST and GONGSHI_PORT: it asks its own server",
    "app/web/accounts/provider.py": "GONGSHI_OIDC_ISSUER",
}


def imported_by(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return names


def test_every_module_that_connects_is_known_with_what_steers_it() -> None:
    """A new one belongs here, and its address into a setting: never into a form, a sheet or a file."""
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "app").rglob("*.py") if imported_by(path) & CONNECTING}
    assert found == set(CONNECTS)


# --- what answers to a gateway, and what people write as an address ------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("channel", [OutgoingChannel.SMS, OutgoingChannel.WECOM, OutgoingChannel.DINGTALK])
def test_a_gateway_that_sends_elsewhere_is_not_followed(channel: OutgoingChannel, status: int) -> None:
    addresses = {OutgoingChannel.SMS: "13900000000"}
    with web() as elsewhere:
        for target in (elsewhere.url, "file:///etc/passwd", "//127.0.0.1:1/", "/internal", "gopher://127.0.0.1:1/x"):
            with web(status=status, location=target) as gateway:
                where = {"sms_url": gateway.url, "wecom_url": gateway.url, "dingtalk_url": gateway.url}
                outcome = gateways_of(Settings(**where)).send(
                    channel, addresses.get(channel, "a" * 32), LETTER, "t" * 32
                )  # type: ignore[arg-type]
            assert outcome.said is Reply.LATER
            assert "root:" not in outcome.words
            assert len(gateway.requests) == 1
    assert elsewhere.requests == []


HOSTILE = (
    "a@b.cn\r\nRCPT TO:<c@d.cn>",
    "a@b.cn\nBcc: c@d.cn",
    "a@b.cn, c@d.cn",
    "a@b.cn;c@d.cn",
    "<a@b.cn>",
    "a@b.cn> SIZE=1",
    "a@[127.0.0.1]",
    "a@localhost",
    '"a b"@c.cn',
    "a@b.cn\0",
    "http://127.0.0.1:9/",
    "//127.0.0.1/x",
    "key/../../other",
    "key?access_token=other",
    "key&key=other",
    "key#x",
    "x@127.0.0.1:80/y",
    "13900000000\n",
    "13900000000,13911111111",
    "１３９００００００００",
    "13９００００００００",
    "file:///etc/passwd",
    "{secret}",
    "a" * 10_000,
    "",
)


@pytest.mark.parametrize("channel", list(OutgoingChannel))
def test_no_address_that_somebody_writes_steers_a_connection(channel: OutgoingChannel) -> None:
    assert [address for address in HOSTILE if not fault_of_address(channel, address)] == []


# --- files that reach out ------------------------------------------------------------------------


class Listener:
    """Somebody's own machine, which would learn who opened the file."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connected, _ = self._listening.accept()
            except OSError:
                return
            with connected:
                self.heard.append(connected.recv(1000))

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


def changed(content: bytes, parts: dict[str, Callable[[bytes], bytes]], more: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, parts.get(name, bytes)(before.read(name)))
        for name, added in (more or {}).items():
            after.writestr(name, added)
    return out.getvalue()


_DOCUMENT, _RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
_SHEET, _BOOK_RELATIONS = "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def related(kind: str, target: str, mode: str = ' TargetMode="External"') -> Callable[[bytes], bytes]:
    relation = f'<Relationship Id="planted" Type="{_KINDS}/{kind}" Target="{target}"{mode}/>'
    return lambda content: content.replace(b"</Relationships>", relation.encode() + b"</Relationships>")


def entity(target: str) -> Callable[[bytes], bytes]:
    declared = f'<!DOCTYPE x [<!ENTITY % planted SYSTEM "{target}"> %planted; <!ENTITY p SYSTEM "{target}">]>'

    def change(content: bytes) -> bytes:
        head, _, rest = content.partition(b"?>")
        return head + b"?>" + declared.encode() + rest

    return change


def field(instruction: str) -> Callable[[bytes], bytes]:
    run = f"<w:p><w:fldSimple w:instr='{instruction}'><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p><w:sectPr"
    return lambda content: content.replace(b"<w:sectPr", run.encode(), 1)


def formula(text: str) -> Callable[[bytes], bytes]:
    cell = f'<sheetData><row r="1"><c r="A1"><f>{text}</f></c></row></sheetData>'
    return lambda content: (
        content[: content.index(b"<sheetData")] + cell.encode() + content[content.rindex(b"</sheetData>") + 12 :]
    )


def reaching_out(there: str) -> dict[str, bytes]:
    """Files that would ask a machine of somebody's own, if anything opened them as they are."""
    word, sheet = docx_file(), xlsx_file()
    host = there.removeprefix("http:")
    return {
        "a remote template": changed(word, {"word/_rels/settings.xml.rels": bytes, _RELATIONS: related("attachedTemplate", there)}),
        "a remote picture": changed(word, {_RELATIONS: related("image", there)}),
        "a remote picture, not called external": changed(word, {_RELATIONS: related("image", there, "")}),
        "a remote frame": changed(word, {_RELATIONS: related("frame", there)}),
        "a remote object": changed(word, {_RELATIONS: related("oleObject", there)}),
        "a picture of another machine's share": changed(word, {_RELATIONS: related("image", host.replace("/", "\\"))}),
        "a font from elsewhere": changed(word, {_RELATIONS: related("font", there)}),
        "a page as text": changed(word, {_RELATIONS: related("aFChunk", "a.html", "")}, {"word/a.html": f'<img src="{there}">'.encode()}),
        "an entity in the text": changed(word, {_DOCUMENT: entity(there)}),
        "an entity in the relations": changed(word, {_RELATIONS: entity(there)}),
        "an entity in the properties": changed(word, {"docProps/core.xml": entity(there)}),
        "an entity of a file": changed(word, {_DOCUMENT: entity("file:///etc/passwd")}),
        "a field that takes in a picture": changed(word, {_DOCUMENT: field(f'INCLUDEPICTURE "{there}" \\d')}),
        "a field that takes in a text": changed(word, {_DOCUMENT: field(f'INCLUDETEXT "{there}"')}),
        "a field that asks a program": changed(word, {_DOCUMENT: field('DDEAUTO cmd "/c calc"')}),
        "a formula that asks": changed(sheet, {_SHEET: formula(f'WEBSERVICE("{there}")')}),
        "a picture by formula": changed(sheet, {_SHEET: formula(f'_xlfn.IMAGE("{there}")')}),
        "another workbook": changed(sheet, {_BOOK_RELATIONS: related("externalLink", there)}),
        "a database": changed(sheet, {_BOOK_RELATIONS: related("connections", there)}),
        "an entity in a sheet": changed(sheet, {_SHEET: entity(there)}),
        "an action on opening": pdf_file().replace(b"/Type /Catalog", f"/OpenAction <</S/URI/URI({there})>> /Type /Catalog".encode()),
        "a form that is sent": pdf_file().replace(b"/Type /Catalog", f"/AA <</O <</S/SubmitForm/F({there})>>>> /Type /Catalog".encode()),
        "a picture of lines": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{there}"/></svg>'.encode(),
        "a page": f'<html><img src="{there}"></html>'.encode(),
    }  # fmt: skip


@pytest.mark.usefixtures("copied_apart")
def test_security_58_no_file_that_is_taken_reaches_out_and_none_of_us_does_for_it(listener: Listener) -> None:
    there = f"http://127.0.0.1:{listener.port}/planted"
    outcomes = {}
    for what, content in reaching_out(there).items():
        try:
            kind = inspect(io.BytesIO(content)).kind
            copy = made_copy(io.BytesIO(content), kind).read()
        except FileRefused:
            outcomes[what] = "refused"
            continue
        outcomes[what] = "taken" if b"/planted" in copy or "planted" in str(parts_of(copy)) else "cleaned"
    assert {what: outcome for what, outcome in outcomes.items() if outcome == "taken"} == {}
    assert list(outcomes.values()).count("refused") > 15
    assert listener.heard == []


def parts_of(content: bytes) -> list[bytes]:
    if not content.startswith(b"PK"):
        return []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist()]


@pytest.mark.skipif(find_program("") is None, reason="LibreOffice is not to be had here")
def test_security_58_printing_a_paper_asks_nobody_whatever_stands_in_it(listener: Listener, tmp_path: Path) -> None:
    """As if a restyled template or a text had got such a thing into a paper."""
    there = f"http://127.0.0.1:{listener.port}/planted"
    plain, out = docx.Document(), io.BytesIO()
    plain.add_paragraph("a paper")
    plain.save(out)
    picture = (
        '<w:p><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><v:shape style="width:9pt;height:9pt">'
        '<v:imagedata r:id="planted"/></v:shape></w:pict></w:r></w:p><w:sectPr'
    )
    paper = changed(
        out.getvalue(),
        {
            _RELATIONS: related("image", there),
            _DOCUMENT: lambda content: field(f'INCLUDETEXT "{there}"')(content).replace(
                b"<w:sectPr", picture.encode(), 1
            ),
        },
    )
    printer = printer_of("", tmp_path / "lock", 120)
    assert printer is not None
    assert printer.print(paper).startswith(b"%PDF-")
    assert listener.heard == []
