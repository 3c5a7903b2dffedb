"""The console's commands on messages: testing a channel, and running a sender."""

from __future__ import annotations

import secrets

import click

from app.channels.gateways import gateways_of
from app.cli.shared import OpenPortal, plainly
from app.domain.messages.channels import CHANNEL_NAMES, OutgoingChannel, fault_of_address
from app.domain.messages.fate import Reply
from app.domain.messages.wording import write_trial


@click.group()
def notify() -> None:
    """Messages to staff and objectors."""


@notify.command("test")
@click.argument("channel", type=click.Choice([channel.value for channel in OutgoingChannel]))
@click.argument("address")
@click.pass_context
@plainly
def try_out(context: click.Context, channel: str, address: str) -> None:
    """Send one message by CHANNEL to ADDRESS and print the gateway's answer. Exit status 1 if it was not taken."""
    opened: OpenPortal = context.obj
    gateways = gateways_of(opened.settings)
    by = OutgoingChannel(channel)
    if by not in gateways.available:
        raise click.ClickException(f"{CHANNEL_NAMES[by]}没有设置，见 docs/operations.md。")
    if fault := fault_of_address(by, address):
        raise click.ClickException(fault)
    outcome = gateways.send(by, address, write_trial(), secrets.token_hex(16))
    click.echo(
        f"{'已发出' if outcome.said is Reply.TAKEN else '没有发出'}，对方应答：{outcome.words or '（没有内容）'}"
    )
    if outcome.said is not Reply.TAKEN:
        context.exit(1)


@click.command()
@click.pass_obj
@plainly
def send(opened: OpenPortal) -> None:
    """Send messages until stopped: one more worker, on this or another machine."""
    from app.processes.sending import run

    opened.settings.require_real_keys()
    opened.migrated.dispose()
    run(opened.settings)
