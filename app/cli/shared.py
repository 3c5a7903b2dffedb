"""What every command is given, and how it reports a refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from app.database import Database
from app.domain.refusals import Refusal
from app.evidence.names import StoreDown
from app.notices.offered import offer_notices
from app.sealing import SealBroken, keyring_of
from app.services.messages.queue import wake_after_commits
from app.services.shared.files import Vault, vault_of
from config import BadSettings, Settings


class OpenPortal:
    """Settings and the database they name, opened on first use."""

    def __init__(self, settings: Settings) -> None:
        """Raise BadSettings for a description of a notice that cannot be followed."""
        offer_notices(settings.notices_dir)
        self.settings = settings
        self._database: Database | None = None

    @property
    def database(self) -> Database:
        """Return the database, whatever state its schema is in."""
        if self._database is None:
            self._database = Database(self.settings.database_url)
            wake_after_commits(self._database, self.settings)  # what a command has to tell leaves at once too
        return self._database

    @property
    def vault(self) -> Vault:
        """Return the vault: the store of files and the keyring that opens them."""
        return vault_of(self.settings, keyring_of(self.settings))

    @property
    def migrated(self) -> Database:
        """Return the database if it has this code's schema. Raises BadSettings otherwise."""
        if not self.database.is_migrated():
            raise BadSettings("数据库还没有建好或者不是最新，请先运行 gongshi migrate。")
        return self.database


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Report a refusal as one line on standard error with exit code 1, not as a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (Refusal, BadSettings) as refusal:
            raise click.ClickException(str(refusal)) from None
        except SealBroken:
            raise click.ClickException("有密文解不开：密钥不对，或者内容被改动过。") from None
        except OperationalError as fault:
            raise click.ClickException(f"数据库连不上：{fault.orig}") from None
        except StoreDown as fault:
            raise click.ClickException(f"证据存储用不了：{fault}") from None

    return run
