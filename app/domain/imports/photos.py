"""The photo of an individual: JPEG, of the size that the notice asks for, named 推荐单位—姓名."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.domain.imports.fields import Problem
from app.domain.programmes.notice import PhotoSize

_COLUMN = "照片"
_DASHES = re.compile(r"\s*[-‐‑‒–—―−－_]+\s*")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it was handed in: `size` in bytes, width and height in pixels, `kind` by its content ("jpeg")."""

    file_name: str
    size: int
    width: int
    height: int
    kind: str


def photo_problems(photo: Photo, recommender: str, name: str, asked: PhotoSize) -> list[Problem]:
    """List what is wrong with a photo, against what is `asked` for."""
    problems = []
    if photo.kind != "jpeg":
        problems.append(Problem(_COLUMN, "不是 JPG 格式的图片", "请另存为 JPG 格式"))
    if photo.size < asked.least_bytes:
        problems.append(
            Problem(
                _COLUMN, f"文件只有{photo.size // 1000} KB", f"文件不小于{asked.least_bytes // 1000} KB，请换清晰的原图"
            )
        )
    if (photo.width, photo.height) != (asked.width, asked.height):
        wrong = f"图片是{photo.width}×{photo.height}像素（宽×高）"
        problems.append(Problem(_COLUMN, wrong, f"应为{asked.width}×{asked.height}像素（宽×高），请裁剪或缩放后再提交"))
    if not is_named(photo.file_name, recommender, name):
        problems.append(Problem(_COLUMN, "文件名不是“推荐单位—姓名”", f"请改名为“{recommender}—{name}.jpg”"))
    return problems


def is_named(file_name: str, recommender: str, name: str) -> bool:
    """Whether a file is named 推荐单位—姓名.JPG, with any dash and in letters of either width and case."""
    stem, dot, extension = _plain(file_name).rpartition(".")
    return dot == "." and extension.casefold() in ("jpg", "jpeg") and stem == _plain(f"{recommender}—{name}")


def _plain(text: str) -> str:
    return re.sub(r"\s", "", _DASHES.sub("—", unicodedata.normalize("NFKC", text)))
