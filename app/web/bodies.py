"""Bodies that come slowly: so many for one address, and a total time for each (SECURITY 53).

The server reads a body while the application asks for it, and waits for each byte without any limit. So a form that
never ends would hold a thread for good, and four of them the whole portal. Here a body is read beside its request, in a
thread of its own. Whoever sends too slowly is answered with 408, and the line is closed.

While a body comes in, its request gives back its turn. The application works on as many requests at once as it has
threads (GONGSHI_THREADS); bodies under way take none of these turns.
"""

from __future__ import annotations

import io
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.web.shared.limits import household
from config import Settings

PLACES = 96  # bodies under way at once, in one process
PLACES_OF_ADDRESS = 24
WAITING = 24  # requests that wait for a place
WAITING_OF_ADDRESS = 16
# Files that are looked through and copied at once: two are worked on (app/evidence/copier.py), the others wait.
SLOW_WORK = 20
SLOW_WORK_OF_ADDRESS = 8
_WAITS_FOR_WORK = 20.0
THREADS_BESIDE = PLACES + WAITING + 8  # what the server needs beside the turns
TOTAL_SECONDS = 20.0  # of any body; a long one has as much more as it needs at the least rate
LEAST_RATE = 16 * 1024  # bytes a second, 128 kbit/s: a telephone in a village has more
SILENT_SECONDS = 10.0  # that a sender may be silent
_FAREWELL = 0.5  # seconds for an answer to go out before the line is closed
_LEAVES_WITHIN = 0.1
_WAITS_FOR_PLACE = 5.0
_PIECE = 64 * 1024
_GUARD = "gongshi.body_guard"
_AHEAD = 4  # pieces that are read before the application asks for them


class BodyRefused(HTTPException):
    """A body that was not taken; `description` says why, in a sentence for its sender."""

    code: int
    description: str


class TooSlow(BodyRefused):
    """A body that did not come in time."""

    code = 408
    description = "内容传得太慢，没有收全，所以没有收下。请换一个信号好的地方再试，文件请一个一个上传。"


class NoPlace(BodyRefused):
    """Too many bodies are under way, of this address or of all."""

    code = 503
    description = "现在同时上传的人太多，没有收下。请过一分钟再试。"


class CutOff(BodyRefused):
    """A body that ended before its length."""

    code = 400
    description = "内容没有传完线路就断了，所以没有收下。请再试一次。"


class NoLength(BodyRefused):
    """A body that does not say how long it is."""

    code = 411
    description = "没有说明内容有多长，所以没有收下。请换一个浏览器再试。"


class Unmeasured:
    """Stands for a body without a length, which is refused when it is asked for.

    Of a body in chunks the server does not tell whether it came to its end or the line broke, so that half a form would
    be taken for a whole one (SECURITY 36). Browsers say the length of whatever they send.
    """

    def read(self, _size: int = -1) -> bytes:
        raise NoLength

    readline = read


@dataclass(slots=True)
class BodyPlaces:
    """Places for bodies under way, or for slow work: so many for all, and so many for one address."""

    most: int = PLACES
    most_of_address: int = PLACES_OF_ADDRESS
    _taken: Counter[str] = field(default_factory=Counter)
    _waiting: Counter[str] = field(default_factory=Counter)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, address: str, patience: float) -> bool:
        """Take a place, waiting for one. Returns False where none became free, or too many wait already."""
        with self._changed:
            if not self._has_room(address):
                if self._waiting[address] >= WAITING_OF_ADDRESS or self._waiting.total() >= WAITING:
                    return False
                self._waiting[address] += 1
                try:
                    if not self._changed.wait_for(lambda: self._has_room(address), patience):
                        return False
                finally:
                    _take_off(self._waiting, address)
            self._taken[address] += 1
            return True

    def give_back(self, address: str) -> None:
        with self._changed:
            _take_off(self._taken, address)
            self._changed.notify_all()

    def _has_room(self, address: str) -> bool:
        return self._taken[address] < self.most_of_address and self._taken.total() < self.most


def _take_off(counts: Counter[str], address: str) -> None:
    counts[address] -= 1
    if counts[address] <= 0:
        del counts[address]


class TimedBody:
    """The body of a request, read beside it, as a file of WSGI. Reading raises TooSlow, NoPlace and CutOff."""

    def __init__(self, source: Any, length: int, address: str, guard: BodyGuard) -> None:
        self._source, self._length = source, length
        self._address, self._guard = address, guard
        self._pieces: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
        self._kept = bytearray()  # came in and was not asked for yet
        self._received, self._begun = 0, 0.0
        self._ended = self._left_alone = False
        self.reading: threading.Thread | None = None

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, fewer only at the end; all there is for a negative size."""
        while not self._ended and (size < 0 or len(self._kept) < size):
            self._next_piece()
        taken = bytes(self._kept if size < 0 else self._kept[:size])
        del self._kept[: len(taken)]
        return taken

    def readline(self, size: int = -1) -> bytes:
        while not self._ended and b"\n" not in self._kept and (size < 0 or len(self._kept) < size):
            self._next_piece()
        end = self._kept.find(b"\n") + 1 or len(self._kept)
        return self.read(end if size < 0 else min(end, size))

    def readlines(self, _hint: int = -1) -> list[bytes]:
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def leave(self) -> bool:
        """Read no more. Returns whether the reader still waits for what does not come."""
        self._ended = self._left_alone = True
        if self.reading is None:
            return False
        self.reading.join(_LEAVES_WITHIN)
        return self.reading.is_alive()

    def _next_piece(self) -> None:
        try:
            if self.reading is None:
                self._begin()
            piece = self._take_piece()
        except HTTPException:
            self._ended = True
            raise
        if piece is None:
            self._ended = True
            # The server says that a body has come to its end also where the line broke: no library behind it counts.
            if self._received < self._length:
                raise CutOff
        else:
            self._kept += piece
            self._received += len(piece)

    def _begin(self) -> None:
        with self._guard.without_turn():
            if not self._guard.places.take(self._address, _WAITS_FOR_PLACE):
                raise NoPlace
        self._begun = time.monotonic()
        self.reading = threading.Thread(target=self._read_beside, name="body", daemon=True)
        self.reading.start()

    def _take_piece(self) -> bytes | None:
        with suppress(queue.Empty):
            return self._pieces.get_nowait()
        until = self._begun + TOTAL_SECONDS + self._received / LEAST_RATE
        with self._guard.without_turn():
            try:
                return self._pieces.get(timeout=max(min(SILENT_SECONDS, until - time.monotonic()), 0.01))
            except queue.Empty:
                raise TooSlow from None

    def _read_beside(self) -> None:
        """Read ahead, until the body ends or nobody wants it any more."""
        read: Callable[[int], bytes] = self._source.read
        left = self._length
        try:
            while not self._left_alone and left:
                piece = read(min(_PIECE, left))
                if not piece:
                    break
                left -= len(piece)
                self._hand_over(piece)
        except Exception:  # noqa: S110 - a line that broke is the end of the body, as for the server itself
            pass
        finally:
            self._guard.places.give_back(self._address)
            self._hand_over(None)

    def _hand_over(self, piece: bytes | None) -> None:
        while not self._left_alone:
            with suppress(queue.Full):
                self._pieces.put(piece, timeout=0.5)
                return


class BodyGuard:
    """WSGI middleware: gives each body its place and time, and the application as many turns as it has threads."""

    def __init__(self, application: WSGIApplication, turns: int, places: BodyPlaces | None = None) -> None:
        self._application = application
        self._turns = threading.BoundedSemaphore(turns)
        self.places = places or BodyPlaces()
        self.slow_work = BodyPlaces(SLOW_WORK, SLOW_WORK_OF_ADDRESS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        in_chunks = environ.get("HTTP_TRANSFER_ENCODING")
        if in_chunks or not length.isdecimal():
            # Without either HTTP/1.1 knows no body: there is nothing to wait for.
            environ["wsgi.input"] = Unmeasured() if in_chunks else io.BytesIO()
            with self._turns:
                return self._application(environ, start_response)
        address = household(environ.get("REMOTE_ADDR", ""))
        environ[_GUARD] = self
        environ["wsgi.input"] = body = TimedBody(environ["wsgi.input"], int(length), address, self)
        head = _Head()
        with self._turns:
            try:
                answer = self._application(environ, head)
            except BodyRefused as refused:  # where the application did not answer it itself
                plain = Response(refused.description, refused.code, content_type="text/plain; charset=utf-8")
                answer = plain(environ, head)
        if not body.leave():
            start_response(head.status, head.headers)
            return answer
        start_response(head.status, head.closing())
        return _Farewell(answer)

    @contextmanager
    def without_turn(self) -> Iterator[None]:
        """Give this request's turn to others while it waits for its sender."""
        self._turns.release()
        try:
            yield
        finally:
            self._turns.acquire()


@contextmanager
def beside_turns() -> Iterator[None]:
    """Give this request's turn to others during slow work that needs no database, such as the copy of a document.

    So many may do so at once, and so many of one address: one address with a hundred files that take long to look
    through would otherwise hold every thread of the server. Raises NoPlace.
    """
    guard: BodyGuard | None = request.environ.get(_GUARD)
    if guard is None:
        yield
        return
    address = household(request.environ.get("REMOTE_ADDR", ""))
    with guard.without_turn():
        if not guard.slow_work.take(address, _WAITS_FOR_WORK):
            raise NoPlace
        try:
            yield
        finally:
            guard.slow_work.give_back(address)


class _Head:
    """The status and headers of an answer, as the application began it."""

    status: str
    headers: list[tuple[str, str]]

    def __call__(self, status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return _write_nothing

    def closing(self) -> list[tuple[str, str]]:
        """Return the headers of an answer that ends with its line: one byte longer than what follows."""
        kept = [(name, value) for name, value in self.headers if name.lower() not in ("content-length", "connection")]
        length = next((int(value) for name, value in self.headers if name.lower() == "content-length"), 0)
        return [*kept, ("Content-Length", str(length + 1)), ("Connection", "close")]


def _write_nothing(_: bytes) -> None:
    raise NotImplementedError  # of a WSGI before iterables; Flask has no use for it


class _Farewell:
    """An answer after which the server closes the line.

    Granian keeps a line open while the rest of a body may come, and stands still once a request ends while a thread
    still reads its body. It does close the line of an answer that is shorter than it was said to be.
    """

    def __init__(self, answer: Iterable[bytes]) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer
        time.sleep(_FAREWELL)

    def close(self) -> None:
        if callable(close := getattr(self._answer, "close", None)):
            close()


def init_app(app: Flask, settings: Settings) -> None:
    """Register before what stands in front of the application and knows the caller's true address (`limits`)."""
    app.wsgi_app = BodyGuard(app.wsgi_app, settings.threads)  # type: ignore[method-assign] # a WSGI middleware
