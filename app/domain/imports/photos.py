"""The photo of an individual: JPEG, of the size that the notice asks for, named 推荐单位—姓名."""

from __future__ import annotations

import re
import unicodedata

from app.domain.imports.fields import Problem
from app.domain.programmes.notice import PhotoSize

_COLUMN = "照片"
_DASHES = re.compile(r"\s*[-‐‑‒–—―−－_]+\s*")


def photo_problems(
    file_name: str, size: int, width: int, height: int, kind: str, recommender: str, name: str, asked: PhotoSize
) -> list[Problem]:
    """What is wrong with a photo of `size` bytes, against what is `asked` for.

    `kind` is what it is by its content: "jpeg" or another.
    """
    problems = []
    if kind != "jpeg":
        problems.append(Problem(_COLUMN, "不是 JPG 格式的图片", "请另存为 JPG 格式"))
    if size < asked.least_bytes:
        problems.append(
            Problem(_COLUMN, f"文件只有{size // 1000} KB", f"文件不小于{asked.least_bytes // 1000} KB，请换清晰的原图")
        )
    if (width, height) != (asked.width, asked.height):
        wrong = f"图片是{width}×{height}像素（宽×高）"
        problems.append(Problem(_COLUMN, wrong, f"应为{asked.width}×{asked.height}像素（宽×高），请裁剪或缩放后再提交"))
    if not is_named(file_name, recommender, name):
        problems.append(Problem(_COLUMN, "文件名不是“推荐单位—姓名”", f"请改名为“{recommender}—{name}.jpg”"))
    return problems


def is_named(file_name: str, recommender: str, name: str) -> bool:
    """Whether a file is named 推荐单位—姓名.JPG, with any dash and in letters of either width and case."""
    stem, dot, extension = _plain(file_name).rpartition(".")
    return dot == "." and extension.casefold() in ("jpg", "jpeg") and stem == _plain(f"{recommender}—{name}")


def _plain(text: str) -> str:
    return re.sub(r"\s", "", _DASHES.sub("—", unicodedata.normalize("NFKC", text)))
