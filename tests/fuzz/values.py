"""Inputs that no browser sends: as values, as bodies, as headers, as addresses (SECURITY 36)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.xss import ALL

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "--a-boundary"

T = TypeVar("T")


def one_of_these(things: Sequence[T]) -> st.SearchStrategy[T]:
    """`sampled_from`, without hypothesis spelling megabytes of them out in its messages."""
    return st.integers(0, len(things) - 1).map(lambda place: things[place])


# --- values --------------------------------------------------------------------------------------

_UNSEEN = [
    "\x00",
    "赵\x00小禾",
    "\u202e倒写\u202c",
    "\u2066\u2069",
    "\u200b\u200d\ufeff",
    "\x1b[2J",
    "\x7f",
    "\r\n\r\n",
    "\u2028",
]
_NUMBERS = [
    "0",
    "-1",
    "1",
    "007",
    "²",
    "٣",
    "1e9",
    "0x10",
    "1.5",
    "NaN",
    "inf",
    "9" * 20,
    "9" * 400,
    "2147483648",
    " 1 ",
]
_DATES = [
    "2026-09-28",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "-1-01-01",
    "2026-9-1",
    "二〇二六年",
    "today",
]
_SHAPES = [
    "",
    " ",
    "[" * 2000,
    "{" * 2000,
    "((" * 500,
    "字" * 4000,
    "e\u0301" * 300,
    "👩\u200d👩\u200d👧" * 40,
    "a" * 20_000,
    "<" * 500,
]
_WORDS = [
    "null",
    "None",
    "undefined",
    "true",
    "on",
    "../../etc/passwd",
    "..\\..\\x",
    "%00",
    "%s%n",
    "{{7*7}}",
    "${7*7}",
    "' OR 1=1 --",
    "\\",
    "|",
    ";",
]
_MARKS = [vector for _, vector in ALL[::9]]

texts = st.one_of(
    one_of_these(_UNSEEN + _NUMBERS + _DATES + _SHAPES + _WORDS + _MARKS),
    st.text(max_size=40),
    st.text(alphabet="赵钱孙李，。0123456789 -+@.\u200b\u202e\n", max_size=80),
).map(lambda text: text.encode("utf-8", "surrogatepass"))
# Invalid text: lone surrogates, cut and overlong sequences.
no_texts = st.one_of(
    st.binary(max_size=40), one_of_these([b"\xed\xa0\x80", b"\xff\xfe", b"\xc3", b"\xc0\xaf", b"\xf4\x90\x80\x80"])
)
values = st.one_of(texts, texts, no_texts)


# --- requests ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attack:
    """One request: what is appended to the address, sent as the body, and said in the headers."""

    query: str = ""
    body: bytes = b""
    content_type: str = FORM
    headers: Mapping[str, str] = field(default_factory=dict)
    lie: int | None = None  # what Content-Length claims, where it is not the length

    def __str__(self) -> str:
        return f"?{self.query[:200]} {self.content_type} {self.body[:600]!r} {dict(self.headers)} {self.lie}"


_HEADERS = {
    "Cookie": ["", "gongshi=x.y.z", "gongshi=" + "A" * 3000, "gongshi=\u00ff; gongshi=;;=", "__Host-gongshi=x"],
    "Accept-Encoding": ["br", "gzip;q=0, *", "x" * 2000, "\u00e9", ";;;q=q"],
    "If-None-Match": ['"', "*", 'W/"x"', '"' * 500],
    "If-Modified-Since": ["yesterday", "Thu, 99 Jan 10000 00:00:00 GMT"],
    "Range": ["bytes=0-", "bytes=-1", "bytes=9-1,0-0", "lines=1", "bytes=" + "0-0," * 300],
    "Host": ["evil.test", "evil.test:99999", "[::1", "localhost:x", "xn--ls8h.la", "a" * 300],
    "X-Forwarded-For": ["evil", "1.2.3.4, ::1", "," * 100],
    "Accept-Language": ["zh;q=9", "*" * 300],
    "Origin": ["null", "http://evil.test"],
    "Referer": ["http://evil.test/", "javascript:1", "\u00ff"],
    "X-Requested-With": ["XMLHttpRequest"],
    "User-Agent": ["", "\u00ff" * 300, "() { :;}; echo"],
}
headers = st.one_of(
    st.just({}),
    st.dictionaries(one_of_these(sorted(_HEADERS)), st.integers(0, 5), max_size=3).map(
        lambda chosen: {name: _HEADERS[name][turn % len(_HEADERS[name])] for name, turn in chosen.items()}
    ),
)


def asked(names: Sequence[str]) -> st.SearchStrategy[Attack]:
    """Generate a GET with any values in its query, under known names and others."""
    pairs = st.lists(st.tuples(st.one_of(one_of_these(list(names)).map(str.encode), values), values), max_size=5)
    return st.builds(lambda pairs, heads: Attack(query=_joined(pairs).decode(), headers=heads), pairs, headers)


def sent(filled: Mapping[str, str]) -> st.SearchStrategy[Attack]:
    """Generate a POST: the filled-in form with some fields corrupted, in every encoding."""
    names = sorted(filled)
    spoilt = st.builds(
        lambda changed, step: {name.encode(): value for name, value in {**_as_filled(filled, step), **changed}.items()},
        st.dictionaries(one_of_these(names), st.one_of(values, st.none()), max_size=2),
        one_of_these(["submit", "save", "next", "back", "edit-who", "edit-facts", "clear"]),
    )
    urlencoded = st.builds(lambda fields, extra: _joined([*_present(fields), *extra]), spoilt, _extra(names))
    return st.one_of(
        st.builds(lambda body, heads: Attack(body=body, headers=heads), urlencoded, headers),
        st.builds(
            lambda body, heads, kind: Attack(body=body, headers=heads, content_type=kind), urlencoded, headers, _kinds
        ),
        st.builds(lambda body, lie: Attack(body=body, lie=lie), urlencoded, one_of_these([0, 1, 10**6, 10**12, -1])),
        st.builds(lambda fields, shape: _multipart(fields, shape), spoilt, one_of_these(_MULTIPARTS)),
        st.builds(lambda body: Attack(body=body, content_type="application/json"), _json(names)),
        st.builds(lambda body, kind: Attack(body=body, content_type=kind), st.binary(max_size=200), _kinds),
    )


_kinds = one_of_these(
    [
        FORM,
        f"{FORM}; charset=utf-16",
        f"{FORM}; charset=nonsense",
        "text/plain",
        "",
        "multipart/form-data",
        "application/json",
        f"multipart/form-data; boundary={BOUNDARY}",
        "multipart/form-data; boundary=" + "x" * 300,
        "\u00ff/\u00ff",
        "text/xml",
    ]
)


def _extra(names: Sequence[str]) -> st.SearchStrategy[list[tuple[bytes, bytes]]]:
    """Generate repeated fields, unknown fields, thousands of fields."""
    doubled = st.lists(st.tuples(one_of_these([name.encode() for name in names] or [b"x"]), values), max_size=4)
    unknown = st.lists(st.tuples(values, values), max_size=3)
    return st.one_of(st.just([]), doubled, unknown, one_of_these([[(b"x", b"y")] * 999, [(b"a[]", b"1")] * 3000]))


def _as_filled(filled: Mapping[str, str], step: str) -> dict[str, bytes | None]:
    """Generate the form unchanged; one with several steps is at any of them."""
    return {name: (step if name == "step" else value).encode() for name, value in filled.items()}


def _present(fields: Mapping[bytes, bytes | None]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in fields.items() if value is not None]


def _joined(pairs: Sequence[tuple[bytes, bytes]]) -> bytes:
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs).encode()


def _json(names: Sequence[str]) -> st.SearchStrategy[bytes]:
    """JSON where a form belongs: nested, with wrong kinds of values, with a name twice, cut off."""
    scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
    documents = st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
    )
    named = st.dictionaries(one_of_these(list(names) or ["x"]), documents)
    odd = [b"[" * 5000, b'{"a":' * 3000, b'{"text":1,"text":[]}', b"{", b"NaN", b'"\\ud800"', b"9" * 5000, b"\xff", b""]
    return st.one_of(st.one_of(documents, named).map(lambda value: json.dumps(value).encode()), one_of_these(odd))


_MULTIPARTS = ["texts", "files", "cut", "nameless", "charset", "many", "no end", "long header", "nested"]


def _multipart(fields: Mapping[bytes, bytes | None], shape: str) -> Attack:
    """The same form as parts, well made or not."""
    parts = []
    for name, value in _present(fields):
        head = b'Content-Disposition: form-data; name="' + name + b'"'
        if shape == "files":
            head += b'; filename="../\x00evil<img src=x onerror=hit(1)>.pdf"\r\nContent-Type: text/html'
        elif shape == "nameless":
            head = b"Content-Disposition: form-data"
        elif shape == "charset":
            head += b"\r\nContent-Type: text/plain; charset=utf-7\r\nContent-Transfer-Encoding: base64"
        elif shape == "long header":
            head += b"\r\nX-Long: " + b"x" * 20_000
        elif shape == "nested":
            head += b"\r\nContent-Type: multipart/mixed; boundary=" + BOUNDARY.encode()
        parts.append(b"--" + BOUNDARY.encode() + b"\r\n" + head + b"\r\n\r\n" + value + b"\r\n")
    parts *= 500 if shape == "many" else 1
    body = b"".join(parts) + (b"" if shape == "no end" else b"--" + BOUNDARY.encode() + b"--\r\n")
    body = body[: len(body) // 2] if shape == "cut" else body
    return Attack(body=body, content_type=f"multipart/form-data; boundary={BOUNDARY}")
