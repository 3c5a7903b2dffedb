"""The photo of an individual: format, size, pixels and name."""

from __future__ import annotations

import pytest

from app.domain.imports.photos import Photo, is_named
from tests.qujing import photo_problems


@pytest.mark.parametrize(
    "name",
    [
        "麒麟区—张三.JPG",
        "麒麟区-张三.jpg",
        "麒麟区－张三.jpeg",
        "麒麟区——张三.jpg",
        "麒麟区 — 张三.Jpg",
        "麒麟区–张三.jpg",
    ],
)
def test_a_photo_in_order_passes_with_any_dash(name: str) -> None:
    assert photo_problems(Photo(name, 150_000, 768, 1024, "jpeg"), "麒麟区", "张三") == []


def test_each_fault_of_a_photo_is_told() -> None:
    problems = photo_problems(Photo("张三.png", 149_999, 1024, 768, "png"), "麒麟区", "张三")
    assert [(problem.wrong, problem.right) for problem in problems] == [
        ("不是 JPG 格式的图片", "请另存为 JPG 格式"),
        ("文件只有149 KB", "文件不小于150 KB，请换清晰的原图"),
        ("图片是1024×768像素（宽×高）", "应为768×1024像素（宽×高），请裁剪或缩放后再提交"),
        ("文件名不是“推荐单位—姓名”", "请改名为“麒麟区—张三.jpg”"),
    ]


@pytest.mark.parametrize("name", ["麒麟区—张三", "麒麟区—张三.png", "张三.jpg", "沾益区—张三.jpg", ".jpg", "jpg"])
def test_a_photo_that_is_named_otherwise_is_nobodys(name: str) -> None:
    assert not is_named(name, "麒麟区", "张三")
