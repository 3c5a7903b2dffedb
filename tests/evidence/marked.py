"""Files in which programs and people left who made them, in every place that the formats have for it."""

# ruff: noqa: E501 - pieces of files as other programs write them

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import docx
import openpyxl
import pikepdf
from openpyxl.comments import Comment
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

WHO = "植标丙"  # the author, of whom nothing may be left
FIRM = "PLANTED-FIRM-7731"
NOTE = "a planted remark in the margin"
MARKS = (WHO, FIRM, NOTE)
SAYS = "The evidence itself, in words"  # what must still be there

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MARKED_TEXT = f"""<w:p w14:paraId="00112233" w:rsidR="00AB12CD" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">
<w:ins w:id="901" w:author="{WHO}" w:date="2026-09-01T09:00:00Z"><w:r><w:t>added later</w:t></w:r></w:ins>
<w:del w:id="902" w:author="someone {FIRM}" w:date="2026-09-01T09:00:00Z"><w:r><w:delText>taken out</w:delText></w:r></w:del>
<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> AUTH</w:instrText></w:r><w:r><w:instrText>OR \\* MERGEFORMAT </w:instrText></w:r>
<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{WHO}</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>
<w:fldSimple w:instr=" FILENAME \\p "><w:r><w:t>C:\\Users\\{FIRM}\\x.docx</w:t></w:r></w:fldSimple>
<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> INCLUDEPICTURE "C:\\{FIRM}\\1.jpg" </w:instrText></w:r>
<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>shown by a field</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>
<w:sdt><w:sdtPr><w:alias w:val="x"/><w:dataBinding w:xpath="/ns1:coreProperties[1]/ns0:creator[1]" w:storeItemID="{{1}}"/></w:sdtPr>
<w:sdtContent><w:r><w:t>{WHO}</w:t></w:r></w:sdtContent></w:sdt>
<w:permStart w:id="5" w:ed="{FIRM}\\{WHO}"/><w:permEnd w:id="5"/><w:r><w:t>the end</w:t></w:r></w:p>"""


def photograph() -> bytes:
    """A JPEG that says who took it: EXIF, a comment, XMP and a thumbnail behind its end."""
    exif = Image.Exif()
    exif[0x013B] = NOTE
    exif[0x010E] = FIRM
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(out, "JPEG", exif=exif, comment=WHO.encode(), xmp=f"<x>{WHO}</x>".encode())
    return out.getvalue() + f"second picture {FIRM}".encode()


def docx_file() -> bytes:
    """A Word file with properties, remarks, revisions, fields, people, custom data, a thumbnail and a signature."""
    document = docx.Document()
    for name in ("author", "last_modified_by", "comments", "keywords", "category"):
        setattr(document.core_properties, name, WHO)
    paragraph = document.add_paragraph(SAYS)
    document.add_comment(paragraph.runs, text=NOTE, author=WHO, initials="PB")
    document.add_picture(io.BytesIO(photograph()))
    document.sections[0].header.paragraphs[0].text = "a header"
    document.add_table(2, 2)
    out = io.BytesIO()
    document.save(out)
    return _changed(out.getvalue(), _with_word_marks)


def _with_word_marks(name: str, content: bytes) -> bytes:
    if name == "word/document.xml":
        content = content.replace(b"<w:sectPr", _MARKED_TEXT.encode() + b"<w:sectPr", 1)
        return content.replace(b'descr=""', b"").replace(
            b"<wp:docPr ", f'<wp:docPr descr="C:\\{FIRM}\\a.jpg" '.encode(), 1
        )
    if name == "word/settings.xml":
        inside = f'<w:rsids><w:rsidRoot w:val="00AB12CD"/></w:rsids><w:docVars><w:docVar w:name="a" w:val="{WHO}"/></w:docVars>'
        return content.replace(b"</w:settings>", inside.encode() + b"</w:settings>")
    if name == "word/_rels/document.xml.rels":
        return content.replace(
            b"</Relationships>",
            _relations(
                ("people", "http://schemas.microsoft.com/office/2011/relationships/people", "people.xml"),
                (
                    "custom",
                    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml",
                    "../customXml/item1.xml",
                ),
            )
            + b"</Relationships>",
        )
    if name == "[Content_Types].xml":
        return content.replace(
            b"</Types>",
            b'<Override PartName="/docProps/custom.xml" ContentType='
            b'"application/vnd.openxmlformats-officedocument.custom-properties+xml"/></Types>',
        )
    return content


def _relations(*listed: tuple[str, str, str]) -> bytes:
    return "".join(
        f'<Relationship Id="{id_}" Type="{kind}" Target="{target}"/>' for id_, kind, target in listed
    ).encode()


_WORD_PARTS = {
    "word/people.xml": f'<w15:people xmlns:w15="x"><w15:person w15:author="{WHO}"/></w15:people>',
    "customXml/item1.xml": f"<a>{FIRM}</a>",
    "docProps/custom.xml": f"<Properties><property>{FIRM}</property></Properties>",
    "docProps/thumbnail.jpeg": NOTE,
    "_xmlsignatures/sig1.xml": f"<Signature>{WHO}</Signature>",
}


def xlsx_file() -> bytes:
    """An Excel file with properties, remarks in two forms, people, a printer, its own place, and who has it open."""
    book = openpyxl.Workbook()
    book.properties.creator = book.properties.lastModifiedBy = WHO
    book.properties.description = NOTE
    sheet = book.active
    sheet["A1"] = SAYS
    sheet["A2"] = 41
    sheet["A3"] = "=A2+1"
    sheet["A1"].comment = Comment(NOTE, WHO)
    sheet["B1"] = "see there"
    sheet["B1"].hyperlink = f"https://example.invalid/{FIRM}"
    sheet.add_image(openpyxl.drawing.image.Image(io.BytesIO(photograph())), "C3")
    out = io.BytesIO()
    book.save(out)
    return _changed(out.getvalue(), _with_sheet_marks, _SHEET_PARTS)


def _with_sheet_marks(name: str, content: bytes) -> bytes:
    if name == "xl/workbook.xml":
        place = (
            f'<fileSharing userName="{WHO}"/>'
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x15" '
            'xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main">'
            f'<x15ac:absPath url="C:\\{FIRM}\\" xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"/>'
            "</mc:Choice></mc:AlternateContent>"
        )
        return content.replace(b"<workbookPr", place.encode() + b"<workbookPr", 1)
    if name == "xl/worksheets/sheet1.xml":
        return content.replace(
            b"<pageMargins", f'<scenarios><scenario name="a" user="{WHO}"/></scenarios><pageMargins'.encode(), 1
        )
    if name == "xl/_rels/workbook.xml.rels":
        return content.replace(
            b"</Relationships>",
            _relations(
                ("persons", "http://schemas.microsoft.com/office/2017/10/relationships/person", "persons/person.xml"),
            )
            + b"</Relationships>",
        )
    return content


_SHEET_PARTS = {
    "xl/persons/person.xml": f'<personList><person displayName="{WHO}" userId="{FIRM}"/></personList>',
    "xl/threadedComments/threadedComment1.xml": f"<a>{NOTE}</a>",
    "xl/printerSettings/printerSettings1.bin": f"\\\\{FIRM}\\printer",
}


def _changed(content: bytes, change: object, parts: dict[str, str] = _WORD_PARTS) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name not in parts:
                after.writestr(name, change(name, before.read(name)))  # type: ignore[operator]
        for name, text in parts.items():
            after.writestr(name, text)
    return out.getvalue()


def pdf_file(*, link: str = "https://example.invalid/", action: Dictionary | None = None) -> bytes:
    """A PDF with an information dictionary, XMP, remarks, a form's field, a thumbnail, private data, and a version before."""
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(300, 300))
    picture = pdf.make_indirect(
        Stream(
            pdf,
            photograph(),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=64,
            Height=48,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
            Metadata=Stream(pdf, f"<x>{WHO}</x>".encode()),
        )
    )
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    inner = Dictionary(MC0=Dictionary(Metadata=pdf.make_indirect(Stream(pdf, NOTE.encode()))))
    page.obj.Resources = Dictionary(XObject=Dictionary(P=picture), Font=Dictionary(F=font), Properties=inner)
    page.obj.Contents = Stream(pdf, f"BT /F 12 Tf 20 200 Td ({SAYS}) Tj ET q 64 0 0 48 20 20 cm /P Do Q".encode())
    page.obj.PieceInfo = Dictionary(Illustrator=Dictionary(Private=String(WHO)))
    page.obj.Thumb = pdf.make_indirect(Stream(pdf, FIRM.encode()))
    look = pdf.make_indirect(Stream(pdf, b"0 0 50 20 re S", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 50, 20]))
    page.obj.Annots = Array(
        [
            Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[1, 1, 9, 9], T=String(WHO), Contents=String(NOTE)),
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Square,
                Rect=[20, 90, 70, 110],
                T=String(WHO),
                Contents=String(NOTE),
                AP=Dictionary(N=look),
            ),
            Dictionary(
                Type=Name.Annot, Subtype=Name.Link, Rect=[1, 1, 9, 9], A=Dictionary(S=Name.URI, URI=String(link))
            ),
        ]
    )
    pdf.Root.Outlines = Dictionary(Type=Name.Outlines, Author=String(WHO))
    if action is not None:
        pdf.Root.OpenAction = action
    pdf.docinfo["/Author"] = WHO
    pdf.docinfo["/Company"] = FIRM
    pdf.Root.Metadata = pdf.make_indirect(Stream(pdf, f"<x:xmpmeta>{WHO}{FIRM}</x:xmpmeta>".encode()))
    out = io.BytesIO()
    pdf.save(
        out, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False, fix_metadata_version=False
    )
    # A version before: an object that the last one does not refer to any more.
    before = f"99 0 obj\n<< /Old ({NOTE}) >>\nendobj\n".encode()
    return out.getvalue().replace(b"xref\n", before + b"xref\n", 1)


def marks_in(content: bytes) -> set[str]:
    """Return the marks that stand in a file, in any part of it, packed or not."""
    found = set()
    for plain in _unpacked(content):
        found |= {mark for mark in MARKS if any(form in plain for form in _forms(mark))}
    return found


def _forms(mark: str) -> Iterator[bytes]:
    yield mark.encode()
    yield mark.encode("utf-16-be")
    yield mark.encode("utf-16-le")
    yield mark.encode("utf-8").hex().encode()
    yield mark.encode("utf-16-be").hex().encode()


def _unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    elif content.startswith(b"%PDF"):
        with Pdf.open(io.BytesIO(content)) as pdf:
            out = io.BytesIO()
            pdf.save(
                out,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                compress_streams=False,
                qdf=True,
            )
            yield out.getvalue()
