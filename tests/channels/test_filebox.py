"""The demonstration's mailbox: a folder takes everything, hands nothing on, and is read back newest first."""

from __future__ import annotations

import mailbox
import os
from pathlib import Path

import pytest

from app.channels.filebox import FileBox, read_box
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Reply
from app.domain.messages.wording import write_code, write_news, write_trial


def test_a_box_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_box(tmp_path / "mailbox") == []


def test_what_else_lies_in_the_folder_is_shown_and_breaks_nothing(tmp_path: Path) -> None:
    """Somebody put a file of their own there: no header that the box writes, no text."""
    box = mailbox.Maildir(tmp_path / "mailbox")
    box.add(b"X-OutgoingChannel: pigeon\r\n\r\n")
    box.add(b"\xff\xfe not a message")
    assert {kept.channel for kept in read_box(tmp_path / "mailbox")} == {"pigeon", ""}


@pytest.mark.parametrize(
    ("channel", "name", "text"),
    [
        (OutgoingChannel.MAIL, "邮件", write_news("https://p.example/receipt", "https://p.example/stop/1-a").text),
        (OutgoingChannel.SMS, "短信", write_news("https://p.example/receipt", "https://p.example/stop/1-a").short),
    ],
)
def test_a_message_lies_there_as_its_channel_would_send_it(
    tmp_path: Path, channel: OutgoingChannel, name: str, text: str
) -> None:
    message = write_news("https://p.example/receipt", "https://p.example/stop/1-a")
    outcome = FileBox(tmp_path / "mailbox", channel).send("13900000000", message, "0" * 32)
    assert (outcome.said, outcome.words) == (Reply.TAKEN, "演示：写进了文件邮箱，没有发往任何地方")
    [kept] = read_box(tmp_path / "mailbox")
    assert (kept.channel, kept.address, kept.subject) == (name, "13900000000", "【公示与异议处理平台】有新进展")
    assert kept.text.replace("\r\n", "\n") == text


def test_the_newest_two_hundred_are_read_newest_first_and_nobody_else_may_look(tmp_path: Path) -> None:
    box = FileBox(tmp_path / "a" / "mailbox", OutgoingChannel.SMS)
    for number in range(201):
        box.send(f"13900000{number:03d}", write_code(f"{number:06d}"), f"{number:032d}")
    kept = read_box(box.folder)
    assert [each.address for each in kept] == [f"13900000{number:03d}" for number in range(200, 0, -1)]
    assert os.stat(box.folder.parent).st_mode & 0o077 == 0


def test_the_mailbox_of_one_channel_shows_what_another_put_there(tmp_path: Path) -> None:
    for channel in OutgoingChannel:
        FileBox(tmp_path / "mailbox", channel).send("somebody", write_trial(), channel.value)
    assert {each.channel for each in read_box(tmp_path / "mailbox")} == {
        "邮件",
        "短信",
        "企业微信群机器人",
        "钉钉群机器人",
    }
