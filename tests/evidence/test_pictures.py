"""Of a picture only the picture is kept: upright, readable, and none of what travelled with it."""

from __future__ import annotations

import errno
import io
import os
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageDraw, ImageStat, PngImagePlugin

from app.domain.refusals import FileRefused
from app.evidence import pictures
from app.evidence.inspection import inspect
from app.evidence.kinds import FileKind
from app.evidence.segments import TooManySegments, check_jpeg
from tests.evidence import files

MARK = "Zhao Xiaohe 13000000001"
UNREADABLE_EXIF = pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow says so, and goes on
ORIENTATION = ExifTags.Base.Orientation


def kept(content: bytes) -> Image.Image:
    """The picture that is stored of an upload, opened."""
    picture = Image.open(io.BytesIO(kept_bytes(content)))
    picture.load()
    return picture


def kept_bytes(content: bytes) -> bytes:
    with inspect(io.BytesIO(content)).content as stored:
        return stored.read()


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        inspect(io.BytesIO(content))
    return refused.value.why


# --- what stays out ------------------------------------------------------------------------------


def telling_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = MARK
    exif[ExifTags.Base.Model] = MARK
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = MARK.encode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSProcessingMethod] = MARK.encode()
    return exif


def telling_xmp() -> bytes:
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{MARK}</x:xmpmeta>".encode()


def telling_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + MARK.encode()


def telling_jpeg() -> bytes:
    content = files.jpeg(
        exif=telling_exif(), xmp=telling_xmp(), icc_profile=telling_profile(), comment=MARK, dpi=(301, 301)
    )
    thumbnail = b"\xff\xed" + struct.pack(">H", 2 + len(MARK)) + MARK.encode()  # Photoshop's segment
    return content[:2] + thumbnail + content[2:] + b"a film behind the picture: " + MARK.encode()


def telling_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", MARK)
    texts.add_itxt("XML:com.adobe.xmp", telling_xmp().decode())
    texts.add(b"prVt", MARK.encode())
    content = files.png(exif=telling_exif(), icc_profile=telling_profile(), pnginfo=texts, dpi=(301, 301))
    return content + MARK.encode()


@pytest.mark.parametrize("telling", [telling_jpeg, telling_png])
def test_security_34_nothing_that_travelled_with_a_picture_is_kept(telling) -> None:
    content = telling()
    assert content.count(MARK.encode()) >= 4
    stored = kept_bytes(content)
    assert MARK.encode() not in stored
    picture = kept(content)
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_security_34_a_png_keeps_only_what_draws_it() -> None:
    def chunks(content: bytes) -> set[bytes]:
        found, place = set(), 8
        while place < len(content):
            found.add(content[place + 4 : place + 8])
            place += int.from_bytes(content[place : place + 4]) + 12
        return found

    assert {b"eXIf", b"iTXt", b"iCCP", b"prVt", b"pHYs"} < chunks(telling_png()[: -len(MARK)])
    assert chunks(kept_bytes(telling_png())) == {b"IHDR", b"IDAT", b"IEND"}


def test_security_34_a_second_picture_hidden_in_the_file_is_not_kept() -> None:
    """A telephone's double picture, a moving PNG: the first is what one sees."""
    first, second = files.image(), Image.new("RGB", (60, 40), "blue")
    double = io.BytesIO()
    first.save(double, "MPO", save_all=True, append_images=[second])
    moving = io.BytesIO()
    first.save(moving, "PNG", save_all=True, append_images=[second])
    for content in (double.getvalue(), moving.getvalue()):
        picture = kept(content)
        assert getattr(picture, "n_frames", 1) == 1
        assert picture.convert("RGB").getpixel((59, 39)) == (255, 255, 255)


# --- what stays ----------------------------------------------------------------------------------

CORNERS = {  # where the upper left corner of the stored picture belongs, for each orientation in the EXIF
    1: ("left", "top"),
    2: ("right", "top"),
    3: ("right", "bottom"),
    4: ("left", "bottom"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


@pytest.mark.parametrize("orientation", CORNERS)
@pytest.mark.parametrize("make", [files.jpeg, files.png])
def test_security_34_a_picture_is_turned_upright_before_its_orientation_is_left_out(make, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture = kept(make(exif=exif)).convert("RGB")
    assert picture.size == ((60, 40) if orientation < 5 else (40, 60))
    columns, rows = {"left": 3, "right": picture.width - 4}, {"top": 3, "bottom": picture.height - 4}
    red = {
        (column, row)
        for column, x in columns.items()
        for row, y in rows.items()
        if picture.getpixel((x, y))[1] < 60  # white has 255 there
    }
    assert red == {CORNERS[orientation]}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_is_the_same_to_the_pixel(mode: str) -> None:
    picture = files.image().convert("L").convert("I;16") if mode == "I;16" else files.image().convert(mode)
    same = kept(files.png(picture))
    assert (same.mode, same.size, same.tobytes()) == (mode, picture.size, picture.tobytes())


def test_a_transparent_colour_stays_transparent() -> None:
    picture = files.image().convert("P")
    assert kept(files.png(picture, transparency=5)).info == {"transparency": 5}


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_keeps_its_colours(mode: str) -> None:
    picture = files.image().convert(mode)
    same = kept(files.jpeg(picture))
    assert (same.mode, same.size) == (mode, picture.size)
    difference = ImageStat.Stat(ImageChops.difference(same.convert("RGB"), picture.convert("RGB")))
    assert max(difference.mean) < 4


def test_small_print_and_a_red_seal_stay_readable() -> None:
    page = Image.new("RGB", (400, 200), "white")
    draw = ImageDraw.Draw(page)
    for line in range(10):
        draw.text((10, 10 + 16 * line), "No. 2026-117, signed and sealed", fill="black")
    draw.ellipse((240, 40, 340, 140), outline=(200, 0, 0), width=3)
    came = Image.open(io.BytesIO(files.jpeg(page, quality=92)))
    difference = ImageStat.Stat(ImageChops.difference(kept(files.jpeg(page, quality=92)), came))
    assert max(difference.rms) < 6, difference.rms


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("make", [files.jpeg, files.png])
def test_security_33_a_picture_that_was_cut_off_is_refused(make) -> None:
    noise = Image.frombytes("RGB", (200, 200), os.urandom(200 * 200 * 3))
    whole = make(noise)
    kept(whole)
    for length in (12, 40, 200, len(whole) // 2, len(whole) - 200):
        assert "不完整或已损坏" in refusal(whole[:length])


@pytest.mark.parametrize("start", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
def test_security_33_a_picture_by_its_first_bytes_alone_is_refused(start: bytes) -> None:
    for rest in (b"", bytes(1000), b"\xff" * 1000, os.urandom(5000), b"<html><script>alert(1)</script>"):
        assert "不完整或已损坏" in refusal(start + rest)


@UNREADABLE_EXIF
@pytest.mark.parametrize("make", [files.jpeg, files.png])
def test_security_33_no_changed_byte_makes_it_stumble(make) -> None:
    """Taken or refused by name, whatever stands in the file."""
    whole = bytearray(make(exif=telling_exif()))
    for place in range(0, len(whole), 3):
        changed = bytearray(whole)
        changed[place] ^= 0x5A
        try:
            inspect(io.BytesIO(changed)).content.close()
        except FileRefused as refused:
            assert refused.why.startswith(("这张图片", "只能上传")), refused.why  # noqa: PT017 - both are right


def png_head(width: int, height: int) -> bytes:
    """A PNG that says it is of a size, and has next to nothing in it."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def jpeg_head(width: int, height: int) -> bytes:
    """A small JPEG whose header says that it is large."""
    content = bytearray(files.jpeg())
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(content)


@pytest.mark.parametrize(
    "content", [png_head(10_000, 5_001), png_head(100_000, 100_000), jpeg_head(7_100, 7_100), jpeg_head(65_000, 65_000)]
)
def test_security_33_too_many_pixels_are_refused_before_any_is_decoded(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load_prepare", decoded)
    assert refusal(content).startswith("这张图片太大：最多 5000 万像素")


def test_security_33_fifty_million_pixels_are_taken() -> None:
    assert kept(files.png(Image.new("1", (10_000, 5_000)))).size == (10_000, 5_000)


def progressive(scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    content = files.jpeg(progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * (scans - content.count(b"\xff\xda")) + content[-2:]


def test_security_33_a_jpeg_that_repeats_its_scan_without_end_is_refused() -> None:
    assert kept(progressive(50)).size == (60, 40)
    assert "不完整或已损坏" in refusal(progressive(51))


def test_security_33_no_scan_hides_on_the_edge_of_what_is_read_at_once() -> None:
    for length in range(64 * 1024 - 2, 64 * 1024 + 2):
        scan = b"\xff\xda\x00\x02" + bytes(length)
        check_jpeg(io.BytesIO(b"\xff\xd8" + scan * 50 + b"\xff\xd9"))
        with pytest.raises(TooManySegments):
            check_jpeg(io.BytesIO(b"\xff\xd8" + scan * 51 + b"\xff\xd9"))


COMMENTS, FILLING = b"\xff\xfe\x00\x02" * 2000, b"\xff" * 3000


@pytest.mark.parametrize(("place", "many"), [(2, COMMENTS), (-2, COMMENTS), (2, FILLING)])
def test_security_33_a_jpeg_cut_into_countless_segments_is_refused(place: int, many: bytes) -> None:
    content = files.jpeg()
    assert kept(content[:place] + many[:400] + content[place:]).size == (60, 40)
    assert "不完整或已损坏" in refusal(content[:place] + many + content[place:])


def test_security_33_a_png_cut_into_countless_chunks_is_refused() -> None:
    empty = b"\0\0\0\0prVt" + struct.pack(">I", zlib.crc32(b"prVt"))
    content = files.png()
    assert kept(content[:33] + empty * 100 + content[33:]).size == (60, 40)
    assert "不完整或已损坏" in refusal(content[:33] + empty * 20_000 + content[33:])


@UNREADABLE_EXIF
def test_exif_that_nobody_can_read_does_not_cost_the_picture() -> None:
    broken = b"\xff\xe1" + struct.pack(">H", 2 + 6 + 12) + b"Exif\0\0" + b"II*\0\xff\xff\xff\x7f\x01\x02\x03\x04"
    content = files.jpeg()
    assert kept(content[:2] + broken + content[2:]).size == (60, 40)


# --- the machine ---------------------------------------------------------------------------------


def test_security_33_one_picture_is_decoded_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    real, at_work, most = Image.open, threading.Semaphore(4), []

    def watched(*arguments, **options):
        assert at_work.acquire(blocking=False)
        most.append(4 - at_work._value)
        try:
            return real(*arguments, **options)
        finally:
            threading.Event().wait(0.01)  # long enough for another to come in, were it let
            at_work.release()

    monkeypatch.setattr(Image, "open", watched)
    content = files.jpeg()
    with ThreadPoolExecutor(4) as crowd:
        stored = list(crowd.map(lambda _: pictures.stripped(io.BytesIO(content), FileKind.JPEG).read(), range(8)))
    assert len(set(stored)) == 1
    assert most == [1] * 8


def test_security_04_a_full_disk_is_no_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space left"):
        inspect(io.BytesIO(files.jpeg()))
