"""When two spellings are one mailbox: the domain in one writing, the name by what its provider says (R17).

A name belongs to its provider: whether a dot or what follows a plus counts, only the provider decides. So nothing is
left out of a name unless the provider says in its own help pages that it does not count. Of all others the case alone
does not count: no provider in use gives two people names that differ in nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailProvider:
    """What a provider says of its names, and the domain under which it knows them."""

    domain: str
    dots_count: bool = True
    plus_counts: bool = True


_GOOGLE = MailProvider("gmail.com", dots_count=False, plus_counts=False)
_APPLE = MailProvider("icloud.com", plus_counts=False)
_PROTON = MailProvider("proton.me", plus_counts=False)
# QQ 邮箱 gives one person several names (the number, an English name, foxmail.com), which only it knows to be one.
_PROVIDERS = {
    "gmail.com": _GOOGLE,
    "googlemail.com": _GOOGLE,
    "icloud.com": _APPLE,
    "me.com": _APPLE,
    "mac.com": _APPLE,
    "proton.me": _PROTON,
    "protonmail.com": _PROTON,
    "pm.me": _PROTON,
    "outlook.com": MailProvider("outlook.com", plus_counts=False),
    "hotmail.com": MailProvider("hotmail.com", plus_counts=False),
    "live.com": MailProvider("live.com", plus_counts=False),
    "fastmail.com": MailProvider("fastmail.com", plus_counts=False),
}


def mailbox_key(name: str, domain: str) -> str:
    """Return one key for every spelling of a mailbox, given without spaces and in half width."""
    domain, name = plain_domain(domain), name.lower()
    provider = _PROVIDERS.get(domain, MailProvider(domain))
    if not provider.plus_counts:
        name = name.partition("+")[0] or name
    if not provider.dots_count:
        name = name.replace(".", "") or name
    return f"{name}@{provider.domain}"


def plain_domain(domain: str) -> str:
    """Return a domain as the network knows it (RFC 3490): 例子.cn and xn--fsqu00a.cn are one."""
    try:
        return domain.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:  # no domain at all; it stays comparable
        return domain.rstrip(".").lower()
