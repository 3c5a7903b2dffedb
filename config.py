"""Environment -> one frozen Settings. Nothing else reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

PREFIX = "GONGSHI_"
_COUNTERS = "PROMETHEUS_MULTIPROC_DIR"
DEFAULT_KEY = "demonstration-only"
_MINIMUM_KEY_LENGTH = 32
_RETENTION_YEARS = range(1, 31)
_REQUEST_DAYS = range(1, 61)
_CONTACT = re.compile(r"(?:mailto:[^\s@]+@[^\s@]+|https://\S+)")
# What the foot of a public site of an organ has to show, and what it is called.
_IDENTITY = {
    "site_organ": "机关全称",
    "site_host": "主办单位",
    "site_phone": "咨询电话",
    "site_icp": "ICP备案号",
    "site_police": "公安备案号",
    "site_code": "网站标识码",
    "site_mark": "党政机关标识",
    "site_city": "市政府网站的地址",
}


class BadSettings(Exception):
    """A setting that cannot be used, named, with what would be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between installations. Each field is read from `GONGSHI_<NAME>`."""

    instance_dir: Path = Path("instance")
    database_url: str = ""  # default: SQLite in instance_dir
    redis_url: str = ""  # default: limits in memory, fit for one worker
    secret_key: str = DEFAULT_KEY  # signs sessions; may change, people then log in again
    identity_key: str = DEFAULT_KEY  # receipts and sealed identities depend on it: must never be lost
    identity_keys_retired: str = ""  # the keys it replaced, separated by commas: they still open
    cipher: str = "aes-256-gcm"  # or sm4-gcm
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""  # how people reach the portal, for what is printed; default: host and port
    # Whose site this is, as the public reads it at head and foot of each page: docs/operations.md, *Site identity*.
    site_organ: str = ""  # the organ's full name; default: the office's
    site_host: str = ""  # 主办单位
    site_phone: str = ""  # default: the office's
    site_icp: str = ""  # ICP备案号
    site_police: str = ""  # 公安备案号
    site_code: str = ""  # 网站标识码
    site_mark: str = ""  # 党政机关标识: the path of a picture
    site_mark_url: str = ""  # where whoever presses the picture gets to
    site_city: str = ""  # the address of the city's own site
    workers: int = 1
    threads: int = 4
    trusted_proxies: int = 0  # how many proxies in front write X-Forwarded-For
    evidence_dir: Path = Path("instance/evidence")
    evidence_s3_bucket: str = ""  # set: evidence goes there instead of the folder
    evidence_s3_endpoint: str = ""  # default: the library's own
    templates_dir: str = ""  # a folder with restyled copies of templates/papers/*.docx; those that are there win
    notices_dir: str = ""  # a folder with descriptions of notices (.toml) beside the built-in one: docs/notices.md
    soffice: str = ""  # LibreOffice's program, for papers as PDF; default: the one on the PATH; off: none
    pdf_seconds: int = 60  # how long it may take for one paper
    clamd: str = ""  # a scanner's address, host:port or the path of its socket
    retention_years: int = 3  # after a programme's end identities and evidence are purged
    request_days: int = 15  # working days within which a request about one's own data is answered
    security_contact: str = ""  # mailto: or https:, where a weakness is reported: /.well-known/security.txt
    mail_url: str = ""  # smtp[s]://user:password@host:port; without it no mail leaves
    mail_from: str = ""  # the sender's mailbox
    imap_url: str = ""  # imap[s]://user:password@host:port/folder: where returned mail arrives
    sms_url: str = ""  # the SMS gateway's address; without it no SMS leaves
    sms_method: str = "form"  # or json, get
    sms_fields: str = ""  # a JSON object; default: mobile and content
    sms_headers: str = ""
    sms_signature: str = ""  # 【…】, before the text
    sms_templates: str = ""  # the gateway's template ids by kind of message
    sms_secret: str = ""
    sms_sign: str = ""  # how a request is signed: md5:…, sha256:…, hmac-sha256:…
    sms_taken: str = ""  # a regular expression: the answer to an SMS that was taken; default: "code": 0
    sms_never: str = ""  # and the answer to one that never will be
    wecom_url: str = ""  # where 企业微信 takes what its group robots say; without it there are none
    dingtalk_url: str = ""  # where 钉钉 does
    tsa_url: str = ""  # a time stamping authority (RFC 3161) that stamps checkpoints; without it none is stamped
    tsa_certificate: str = ""  # a file with its certificates, PEM
    witnesses: str = ""  # who cosigns our checkpoints: public key, space, address; several with commas between
    witnessed_logs: str = ""  # the public keys of the logs whose checkpoints we cosign, with commas between
    oidc_issuer: str = ""  # an identity provider (OpenID Connect) for staff; without it passwords alone
    oidc_name: str = "统一身份认证"  # what its button is called
    oidc_client_id: str = ""
    oidc_client_secret: str = ""  # without one the portal is a public client
    oidc_scope: str = "openid profile"
    oidc_claim: str = "preferred_username"  # what holds the login name
    senders: int = 2  # threads that send; 0: this server sends nothing, others do (gongshi send)
    demonstration: bool = False
    secure_cookies: bool = False  # true where served by TLS
    tick_seconds: int = 30
    metrics_token: str = ""  # the token that opens /metrics; without it there is no such page
    # R17: loose enough for an office or a mobile carrier behind one address.
    limit_address: str = "120/hour;600/day"
    limit_network: str = "600/hour;3000/day"  # an IPv6 network (/48): many addresses (/64), one customer
    limit_contact: str = "10/hour;30/day"  # what one browser files under one contact before its challenge gets harder
    limit_nominee: str = "300/hour"  # shared with strangers: full, it makes the challenge harder and refuses nobody
    limit_site: str = "2000/hour"  # all objections together, likewise
    limit_waiting: str = "1/3 minutes"  # waits instead of a solved challenge, of one address
    limit_waiting_network: str = "1/3 minutes"  # of one network: a /48 has more addresses than anybody counts
    limit_waiting_nominee: str = "30/hour"
    limit_receipt: str = "30/10 minutes"
    limit_upload: str = "300/hour"  # evidence files: ten an objection, thirty objectors behind one address
    unfiled_megabytes: int = 2048  # of everybody, that nobody has filed; from half on a challenge is asked
    limit_login: str = "20/10 minutes"
    limits_enabled: bool = True
    challenge_at: int = 50  # percent of a bucket taken from which a challenge is asked: 0 always, 100 never
    challenge_attempts: int = 2000  # how many tries a challenge takes at most, some 0.3 ms each, on old phones 2 ms

    def __post_init__(self) -> None:
        if not self.database_url:
            path = (self.instance_dir / "gongshi.sqlite").absolute()
            object.__setattr__(self, "database_url", f"sqlite:///{path}")
        object.__setattr__(self, "public_url", (self.public_url or f"http://{self.host}:{self.port}").rstrip("/"))
        if self.database_url.startswith("postgresql://"):
            url = self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
            object.__setattr__(self, "database_url", url)

        object.__setattr__(self, "oidc_issuer", self.oidc_issuer.rstrip("/"))
        self._require_sound_provider()
        if self.soffice not in ("", "off") and not os.access(self.soffice, os.X_OK):
            raise BadSettings(f"{PREFIX}SOFFICE 指的文件 {self.soffice} 不存在，或者不能运行。")
        if self.retention_years not in _RETENTION_YEARS:
            raise BadSettings(f"{PREFIX}RETENTION_YEARS 应在1到30之间，现在是 {self.retention_years}。")
        if self.request_days not in _REQUEST_DAYS:
            raise BadSettings(f"{PREFIX}REQUEST_DAYS 应在1到60之间，现在是 {self.request_days}。")
        if self.security_contact and not _CONTACT.fullmatch(self.security_contact):
            raise BadSettings(
                f"{PREFIX}SECURITY_CONTACT 应以 mailto: 或 https:// 开头，不带空格，现在是 {self.security_contact!r}。"
            )

    def _require_sound_provider(self) -> None:
        if not self.oidc_issuer:
            return
        if not is_safe_address(self.oidc_issuer):
            raise BadSettings(
                f"{PREFIX}OIDC_ISSUER 应是以 https:// 开头的地址（本机的可以用 http://127.0.0.1），不带问号，"
                f"现在是 {self.oidc_issuer!r}。"
            )
        if not self.oidc_client_id:
            raise BadSettings(f"设置了 {PREFIX}OIDC_ISSUER，还要设置 {PREFIX}OIDC_CLIENT_ID。")
        if "openid" not in self.oidc_scope.split():
            raise BadSettings(f"{PREFIX}OIDC_SCOPE 里要有 openid，现在是 {self.oidc_scope!r}。")

    @property
    def unfiled_bytes(self) -> int:
        return self.unfiled_megabytes * 1024**2

    @property
    def retired_keys(self) -> tuple[str, ...]:
        return tuple(key.strip() for key in self.identity_keys_retired.split(",") if key.strip())

    def require_real_keys(self) -> None:
        """Refuse to serve real people with keys anybody knows."""
        if self.demonstration:
            return
        for name in ("secret_key", "identity_key"):
            key: str = getattr(self, name)
            if key == DEFAULT_KEY or len(key) < _MINIMUM_KEY_LENGTH:
                raise BadSettings(
                    f"{PREFIX}{name.upper()} 未设置或太短：请设为至少{_MINIMUM_KEY_LENGTH}个字符的随机串，"
                    "例如 python3 -c 'import secrets; print(secrets.token_urlsafe(48))' 的输出。"
                )

    def lacking_identity(self) -> list[str]:
        """Return a sentence for each part of the site's identity that a public site must show and that is not set."""
        if self.demonstration:
            return []
        lacking = [
            f"{PREFIX}{name.upper()} 未设置：{what}，公开页面上不会显示。"
            for name, what in _IDENTITY.items()
            if not getattr(self, name)
        ]
        if self.site_mark and not Path(self.site_mark).is_file():
            lacking.append(f"{PREFIX}SITE_MARK 指的文件 {self.site_mark} 不存在：党政机关标识不会显示。")
        if self.public_url == f"http://{self.host}:{self.port}":
            lacking.append(f"{PREFIX}PUBLIC_URL 未设置：群众怎样打开本站，公开页面上写的会是 {self.public_url}。")
        return lacking

    def stands_open(self) -> list[str]:
        """Return a sentence where the portal itself is open to the network, without a proxy that it knows of."""
        if self.host in ("127.0.0.1", "localhost", "::1") or self.trusted_proxies:
            return []
        return [
            f"{PREFIX}HOST 是 {self.host}，{PREFIX}TRUSTED_PROXIES 是 0：网上的人直接连到本程序，前面没有 nginx。"
            "没有 TLS，同时打开很多连接就能拖住它。请让本程序只听 127.0.0.1，前面用 deploy/nginx.conf"
            "（见 docs/operations.md）。"
        ]

    def require_shared_limits(self) -> None:
        """Refuse to serve with several workers that would each count for themselves (R17)."""
        if self.workers > 1 and self.limits_enabled and not self.redis_url:
            raise BadSettings(
                f"{PREFIX}WORKERS 是 {self.workers}，但没有设置 {PREFIX}REDIS_URL：各进程会各算各的限流次数。"
                f"请把 {PREFIX}REDIS_URL 设为 Redis 的地址（例如 redis://127.0.0.1:6379/0），"
                f"或者把 {PREFIX}WORKERS 设为 1。"
            )


def is_safe_address(address: object) -> bool:
    """Tell whether this is an address by https, or one of this machine by http, without user, query or fragment."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    plain = parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")
    bare = "@" not in parts.netloc and not parts.query and not parts.fragment
    return bool(host) and (plain or parts.scheme == "https") and bare


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return settings from `GONGSHI_*`. Raises BadSettings for a value of the wrong kind."""
    types = get_type_hints(Settings)
    given: dict[str, Any] = {}
    for field in fields(Settings):
        raw = environ.get(PREFIX + field.name.upper())
        if raw:
            given[field.name] = _converted(field.name, raw, types[field.name])
    return Settings(**given)


def _converted(name: str, raw: str, kind: type) -> Any:
    if kind is bool:
        if raw.lower() not in ("0", "1", "true", "false"):
            raise BadSettings(f"{PREFIX}{name.upper()} 应为 0 或 1，现在是 {raw!r}。")
        return raw.lower() in ("1", "true")
    try:
        return kind(raw)
    except ValueError:
        raise BadSettings(f"{PREFIX}{name.upper()} 应为整数，现在是 {raw!r}。") from None


def search_path() -> str:
    """Return where programs are looked for."""
    return os.environ.get("PATH", os.defpath)


def share_counters(folder: str) -> None:
    """Have the workers' counters kept in one folder: prometheus_client takes it from the environment alone."""
    os.environ[_COUNTERS] = folder


def shared_counters() -> str | None:
    """Return the folder in which the workers keep their counters, if they share them."""
    return os.environ.get(_COUNTERS)
