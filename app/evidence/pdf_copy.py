"""The copy of a PDF that handlers read: its pages as they look, and nothing that says who made it (SECURITY 45, 58).

qpdf writes the file anew, so versions from before its last change are gone. Of the document and of each page only what
draws is kept. Notes, fields and stamps become part of the page; what runs, leads elsewhere or is hidden behind is left
out.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from app.domain.refusals import FileRefused
from app.evidence.picture_marks import clean_jpeg

_ANEW = "请打开它，用“打印”另存为普通的 PDF 再上传；也可以上传截图或照片。"
BROKEN = f"这个 PDF 已损坏或写法特殊，无法去掉里面的作者等信息。{_ANEW}"
_BY_ITSELF = f"这个 PDF 一打开就会联网或打开别的文件。{_ANEW}"
_ELSEWHERE = f"这个 PDF 里有一处链接，指向另一台电脑上的文件。{_ANEW}"

_OF_DOCUMENT = {"/Type", "/Pages", "/PageLabels", "/PageLayout", "/OCProperties", "/Lang", "/Version"}
_OF_PAGE = {
    "/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate",
    "/Contents", "/Group", "/UserUnit", "/Annots",
}  # fmt: skip
# What programs leave beside the drawing, in whatever object it stands.
_MARKS = (
    "/Metadata", "/PieceInfo", "/LastModified", "/OPI", "/AF", "/AA", "/OpenAction", "/Thumb", "/CreationDate",
    "/ModDate", "/Creator", "/Producer", "/Author", "/CreatorInfo",
)  # fmt: skip
# Notes whose window alone has a text, and what plays, opens or holds a file.
_WITHOUT_LOOK = {
    "/Text", "/Popup", "/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D", "/Link", "/PrinterMark",
    "/TrapNet", "/Projection",
}  # fmt: skip
_WEB = re.compile(r"\s*(?:https?|mailto|tel|ftp)\s*:", re.IGNORECASE)
_SCHEME = re.compile(r"\s*(?:[a-z][a-z0-9+.-]+:|[/\\]{2})", re.IGNORECASE)
_BY_THEMSELVES = ("/URI", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Launch", "/JavaScript", "/Rendition")
_LONGEST_CHAIN = 100
_DEEPEST = 50
_LARGEST_PICTURE = 60 * 1024 * 1024


def copy_of_pdf(content: bytes) -> bytes:
    """Return the copy. Raises FileRefused for a PDF that acts by itself, leads to a file elsewhere or is broken."""
    try:
        with Pdf.open(io.BytesIO(content)) as pdf:
            _check_actions(pdf)
            _flatten(pdf)
            _keep_what_draws(pdf)
            return _written(pdf)
    except (
        pikepdf.PdfError,
        pikepdf.PasswordError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        IndexError,
        zlib.error,
    ):
        raise FileRefused(BROKEN) from None


def _check_actions(pdf: Pdf) -> None:
    """Raise FileRefused for what happens without a click beyond the document, and for links to files elsewhere."""
    _check_by_itself(pdf.Root)
    for page in pdf.pages:
        _check_by_itself(page.obj)
    for thing in pdf.objects:
        for each in _with_inner(thing):
            address = each.get("/URI") if isinstance(each, Dictionary | Stream) else None
            if isinstance(address, String) and not _WEB.match(str(address)) and _SCHEME.match(str(address)):
                raise FileRefused(_ELSEWHERE)


def _with_inner(thing: Object, depth: int = 0) -> Iterator[Object]:
    """Yield an object and what stands in it without a number of its own."""
    if depth > _DEEPEST:
        raise ValueError
    if not isinstance(thing, Array | Dictionary | Stream):
        return
    yield thing
    for each in list(thing) if isinstance(thing, Array) else _values(thing):
        if isinstance(each, Array | Dictionary) and not each.is_indirect:
            yield from _with_inner(each, depth + 1)


def _values(thing: Object) -> list[Object]:
    return [thing[key] for key in thing.keys()]  # noqa: SIM118 - an object of qpdf, which iterates otherwise


def _check_by_itself(holder: Object) -> None:
    starts: list[Object] = []
    if isinstance(holder.get("/OpenAction"), Dictionary):
        starts.append(holder["/OpenAction"])
    if isinstance(holder.get("/AA"), Dictionary):
        starts += _values(holder["/AA"])
    for _ in range(_LONGEST_CHAIN):
        if not starts:
            return
        action = starts.pop()
        if isinstance(action, Array):
            starts += list(action)
        elif isinstance(action, Dictionary):
            if str(action.get("/S", "")) in _BY_THEMSELVES:
                raise FileRefused(_BY_ITSELF)
            starts += [action["/Next"]] if "/Next" in action else []
    raise FileRefused(BROKEN)


def _flatten(pdf: Pdf) -> None:
    """Draw what people put onto the pages into the pages themselves. Only its look remains."""
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, Array):
            continue
        drawn = [each for each in annotations if isinstance(each, Dictionary) and _has_look(each)]
        page.obj["/Annots"] = Array(drawn)
    with suppress(pikepdf.PdfError, RuntimeError):  # fields without a look of their own
        pdf.generate_appearance_streams()
    pdf.flatten_annotations()
    for page in pdf.pages:
        if "/Annots" in page.obj:
            del page.obj["/Annots"]


def _has_look(annotation: Object) -> bool:
    return str(annotation.get("/Subtype")) not in _WITHOUT_LOOK


def _keep_what_draws(pdf: Pdf) -> None:
    for key in set(pdf.Root.keys()) - _OF_DOCUMENT:
        del pdf.Root[key]
    for page in pdf.pages:
        for key in set(page.obj.keys()) - _OF_PAGE:
            del page.obj[key]
    for key in set(pdf.trailer.keys()) - {"/Root", "/Size"}:
        del pdf.trailer[key]
    for thing in pdf.objects:
        for each in list(_with_inner(thing)):
            _clean(each)


def _clean(thing: Object) -> None:
    if not isinstance(thing, Array):
        for key in _MARKS:
            if key in thing:
                del thing[key]
    if isinstance(thing, Stream):
        _clean_stream(thing)


def _clean_stream(stream: Stream) -> None:
    for key in ("/F", "/FFilter", "/FDecodeParms"):  # a content that lies in another file
        if key in stream:
            del stream[key]
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, Array) else [str(filters)]
    if "/DCTDecode" in names:
        _clean_photograph(stream, names)
    elif names == ["/JPXDecode"]:
        stream.write(_clean_jpx(stream.read_raw_bytes()), filter=Name.JPXDecode)


def _clean_photograph(stream: Stream, names: list[str]) -> None:
    """Write a JPEG without its marks. Raises ValueError for one that cannot be read, or is packed in a rare way."""
    raw = stream.read_raw_bytes()
    if names == ["/FlateDecode", "/DCTDecode"]:
        raw = zlib.decompressobj().decompress(raw, _LARGEST_PICTURE)
    elif names != ["/DCTDecode"]:
        raise ValueError
    parameters = stream.get("/DecodeParms")
    if isinstance(parameters, Array):
        parameters = parameters[-1]
    kept = parameters if isinstance(parameters, Dictionary) else None
    stream.write(clean_jpeg(raw), filter=Name.DCTDecode, decode_parms=kept)


def _clean_jpx(picture: bytes) -> bytes:
    """Return a JPEG 2000 picture without the boxes that describe it."""
    if picture[4:8] != b"jP  ":
        return picture  # the bare picture
    out, place = bytearray(), 0
    while place + 8 <= len(picture):
        length = int.from_bytes(picture[place : place + 4])
        if length == 1:
            length = int.from_bytes(picture[place + 8 : place + 16])
        end = len(picture) if length == 0 else place + length
        if end < place + 8:
            raise ValueError
        if picture[place + 4 : place + 8] not in (b"xml ", b"uuid", b"uinf", b"jp2i"):
            out += picture[place:end]
        place = end
    return bytes(out)


def _written(pdf: Pdf) -> bytes:
    pdf.remove_unreferenced_resources()
    out = io.BytesIO()
    pdf.save(
        out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True, fix_metadata_version=False
    )
    return out.getvalue()
