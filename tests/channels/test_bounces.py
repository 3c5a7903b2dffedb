"""Bounced mail: recognising delivery reports, and reading a mailbox by IMAP."""

from __future__ import annotations

import datetime as dt
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.channels.bounces import Bounce, MailboxDown, bounce_in, read_bounces

TOKEN = "0123456789abcdef" * 2
REPORT = f"""From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; x@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: <{TOKEN}@portal.example>
Subject: x

--b--
""".replace("\n", "\r\n").encode()


def test_a_report_of_a_failed_delivery_names_the_message_and_says_why() -> None:
    assert bounce_in(REPORT) == Bounce(TOKEN, "smtp; 550 5.1.1 no such user")


@pytest.mark.parametrize(
    "content",
    [REPORT.replace(b"failed", b"delayed"), REPORT.replace(b"@portal", b"x@portal"), b"Subject: hello\r\n\r\nhi"],
)
def test_any_other_message_is_none(content: bytes) -> None:
    assert bounce_in(content) is None


class Imap(socketserver.StreamRequestHandler):
    """A mailbox with an ordinary message and a delivery report. It speaks only the IMAP that reading needs."""

    seen: list[bytes]
    heard: list[bytes] = []  # noqa: RUF012 - what came in at all

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        letters = {b"1": b"Subject: hello\r\n\r\nhi", b"2": REPORT}
        for line in self.rfile:
            self.heard.append(line)
            tag, command, *rest = line.split()
            if command == b"CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif command == b"SELECT":
                self.wfile.write(b"* 2 EXISTS\r\n")
            elif command == b"SEARCH":
                self.wfile.write(b"* SEARCH 1 2\r\n")
            elif command == b"FETCH":
                content = letters[rest[0]]
                self.wfile.write(b"* %s FETCH (BODY[] {%d}\r\n%s)\r\n" % (rest[0], len(content), content))
            elif command == b"STORE":
                self.seen.append(rest[0])
            elif command == b"LOGIN" and rest[1] == b'"wrong"':
                self.wfile.write(tag + b" NO bad password\r\n")
                continue
            self.wfile.write(tag + b" OK done\r\n")


@pytest.fixture
def port() -> Iterator[int]:
    Imap.seen = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_reports_are_read_and_marked_and_letters_stay_unread(port: int) -> None:
    assert read_bounces(f"imap://gongshi:secret@127.0.0.1:{port}/INBOX") == [
        Bounce(TOKEN, "smtp; 550 5.1.1 no such user")
    ]
    assert Imap.seen == [b"2"]


def test_a_mailbox_that_lets_nobody_in_or_is_not_there_is_down(port: int) -> None:
    for url in (f"imap://gongshi:wrong@127.0.0.1:{port}/INBOX", "imap://x:y@127.0.0.1:9/INBOX"):
        with pytest.raises(MailboxDown):
            read_bounces(url)


def test_a_mailbox_whose_certificate_nobody_vouches_for_is_told_no_password(tmp_path: Path) -> None:
    Imap.heard = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap) as server:
        server.socket = _of_its_own_making(tmp_path).wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # the broken handshake is the point
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        with pytest.raises(MailboxDown, match="certificate verify failed"):
            read_bounces(f"imaps://gongshi:secret@127.0.0.1:{server.server_address[1]}/INBOX")
        server.shutdown()
    assert Imap.heard == []


def _of_its_own_making(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = (
        made.not_valid_before(begins).not_valid_after(begins + dt.timedelta(days=9)).sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(pem + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
