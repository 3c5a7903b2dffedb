"""Evidence through a real server: fifty megabytes are not held in memory, a broken connection leaves nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import http.client
import io
import json
import random
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from pikepdf import Dictionary, Name, Pdf, Stream

from app import clock
from app.database import Database
from app.evidence.inspection import FILE_LIMIT
from app.evidence.pdf_copy import copy_of_pdf
from app.web.factory import create_app
from config import Settings
from tests.files import pdf
from tests.running import KEY, eventually, ready, served
from tests.visitors import open_today
from tests.web.browsing import TOKEN, Browser
from tests.world import World, at

MOST = 16 * 1024 * 1024  # what fifty megabytes may add to a worker, coming in or going out


@dataclass
class Server:
    """A real server over a world whose period is open today, and somebody with a session."""

    world: World
    address: str
    worker: psutil.Process
    form: str
    staff: Browser
    folder: Path
    token: str = TOKEN

    def stored(self) -> set[Path]:
        return {path for path in self.folder.rglob("*") if path.is_file()}

    def ask(self, method: str, path: str, body: bytes = b"") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        connection.request(method, path, body, self.headers())
        return connection.getresponse()

    def headers(self) -> dict[str, str]:
        cookie = self.staff.client.get_cookie("gongshi")
        assert cookie is not None
        return {
            "Cookie": f"gongshi={cookie.value}",
            "X-CSRFToken": self.staff.signed_csrf(),
            "X-Form-Token": self.token,
            "X-File-Name": "evidence.pdf",
            "Content-Type": "application/octet-stream",
        }

    @contextmanager
    def watched(self) -> Iterator[list[int]]:
        """Measure the peak growth of the worker's memory in bytes while the block runs."""
        before, grown, over = self.worker.memory_info().rss, [0], threading.Event()

        def watch() -> None:
            while not over.wait(0.005):
                grown[0] = max(grown[0], self.worker.memory_info().rss - before)

        watching = threading.Thread(target=watch)
        watching.start()
        yield grown
        over.set()
        watching.join()


@pytest.fixture(scope="module")
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    here = tmp_path_factory.mktemp("served")
    path = here / "served.sqlite"
    shutil.copy(sqlite_template, path)
    world = World.build(Database(f"sqlite:///{path}"), KEY.encode(), now=at("2026-09-01 Tue 01:00"))
    period = world.round_two()
    open_today(world, period)
    staff = Browser(create_app(Settings(database_url=world.database.url, secret_key=KEY, identity_key=KEY)))
    staff.sign_in(world.people["office"]).csrf_token()
    with served(world.database.url, here / "log", evidence_dir=str(here / "evidence")) as up:
        eventually(lambda: ready(up.address), "ready")
        [worker] = up.workers()
        form = f"/periods/{period}/nominees/{world.nominees[2]}/objection"
        yield Server(world, up.address, worker, form, staff, here / "evidence")
    staff.app.extensions["portal"].database.dispose()
    world.database.dispose()


def scanned(size: int) -> bytes:
    """Return a PDF of one picture of noise, which no copy makes smaller."""
    made, out = Pdf.new(), io.BytesIO()
    page = made.add_blank_page(page_size=(200, 200))
    noise = random.Random(1).randbytes(size)
    grey = {"Width": size // 1000, "Height": 1000, "ColorSpace": Name.DeviceGray, "BitsPerComponent": 8}
    picture = Stream(made, noise, Type=Name.XObject, Subtype=Name.Image, **grey)
    page.obj.Resources = Dictionary(XObject=Dictionary(P=picture))
    page.obj.Contents = Stream(made, b"200 0 0 200 0 0 cm /P Do")
    made.save(out, compress_streams=False)
    return out.getvalue()


@pytest.mark.soak
def test_fifty_megabytes_come_in_and_go_out_again_without_being_held_in_memory(server: Server) -> None:
    assert server.ask("POST", f"{server.form}/evidence", pdf("warm up")).status == 201
    long = scanned(FILE_LIMIT - 50_000)
    assert FILE_LIMIT - 100_000 < len(long) <= FILE_LIMIT
    with server.watched() as grown:
        answer = server.ask("POST", f"{server.form}/evidence", long)
        said = json.load(answer)
    assert (answer.status, said["sha256"]) == (201, hashlib.sha256(long).hexdigest())
    assert grown[0] < MOST
    world = server.world
    case, _ = world.file(6, world.nominees[2], str(clock.now() + dt.timedelta(hours=8))[:19], form_token=TOKEN, files=2)
    digest = hashlib.sha256()
    with server.watched() as grown:
        answer = server.ask("GET", f"/desk/cases/{case}/evidence/{said['id']}")
        while piece := answer.read(64 * 1024):
            digest.update(piece)
            time.sleep(0)  # the line is not quicker than the reader
    copy = hashlib.sha256(copy_of_pdf(long)).hexdigest()  # what handlers read, as long as what came in
    assert (answer.status, digest.hexdigest()) == (200, copy)
    assert grown[0] < MOST


def test_security_03_a_line_that_breaks_leaves_neither_row_nor_file(server: Server) -> None:
    content = pdf(padding=500_000)
    server.token = "another-token-of-24-char"
    before = server.world.everything_asked_for(), server.stored()
    where = urlsplit(server.address)
    for sent in (0, 1, len(content) // 2, len(content) - 1):
        with socket.create_connection((where.hostname, where.port), timeout=10) as line:
            head = [f"POST {server.form}/evidence HTTP/1.1", "Host: x", f"Content-Length: {len(content)}"]
            head += [f"{name}: {value}" for name, value in server.headers().items()]
            line.sendall("\r\n".join([*head, "", ""]).encode() + content[:sent])
            line.shutdown(socket.SHUT_WR)
            assert b" 201 " not in line.recv(1000)
    assert (server.world.everything_asked_for(), server.stored()) == before
    assert server.ask("POST", f"{server.form}/evidence", content).status == 201
    assert len(server.stored() - before[1]) == 2  # with the copy that handlers read
