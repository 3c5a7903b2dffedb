"""Bounced mail: recognising delivery reports, and reading a mailbox by IMAP."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest

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

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        letters = {b"1": b"Subject: hello\r\n\r\nhi", b"2": REPORT}
        for line in self.rfile:
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
        threading.Thread(target=server.serve_forever, daemon=True).start()
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
