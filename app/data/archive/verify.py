"""核验归档包：文件有没有改动、缺少、多出，记录有没有改动、缺少、调换次序。

用法：把归档包解压到一个文件夹，在这个文件夹里运行 python3 核验.py 。
另存过“记录：末尾校验值”的，写在后面一并核对：python3 核验.py 1589:1d25…
只用 Python 3.8 以上自带的功能，不联网，不改动任何文件。全部相符时返回 0，有不符返回 1。
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
LIST = "清单.sha256"
CHAIN = os.path.join("05-记录", "记录链.jsonl")
OWN = {LIST}  # the list cannot hold its own hash
GENESIS = "0" * 64


def sha256_of(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def read_list(problems: list[str]) -> dict[str, str]:
    """Read the list as sha256sum writes it: 64 hexadecimal digits, two signs, the path."""
    listed: dict[str, str] = {}
    try:
        with open(os.path.join(HERE, LIST), encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        problems.append("缺少文件：" + LIST)
        return listed
    for line in lines:
        digest, path = line[:64], line[66:]
        if path in listed:
            problems.append("清单里重复列出：" + path)
        listed[path] = digest
    return listed


def check_files(listed: dict[str, str], problems: list[str]) -> None:
    for path, digest in listed.items():
        full = os.path.join(HERE, *path.split("/"))
        if not os.path.isfile(full):
            problems.append("缺少文件：" + path)
        elif sha256_of(full) != digest:
            problems.append("文件被改动：" + path)
    for folder, folders, names in os.walk(HERE):
        folders.sort()
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), HERE).replace(os.sep, "/")
            if path not in listed and path not in OWN:
                problems.append("多出文件：" + path)


def hash_of(row: dict[str, Any]) -> str:
    """Hash a row of the record as the portal does: over the hash of the row before it and all that it says."""
    content = [row[key] for key in ("previous_hash", "id", "at", "actor", "action", "subject", "details")]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def lines_of_chain() -> Iterator[str]:
    try:
        with open(os.path.join(HERE, CHAIN), encoding="utf-8") as file:
            yield from file
    except OSError:
        return  # reported as missing


def check_chain(kept: list[tuple[int, str]], problems: list[str]) -> tuple[int, str]:
    """Every row follows the one before it. Returns the last number and hash."""
    number, previous = 0, GENESIS
    wanted = dict(kept)
    for line in lines_of_chain():
        try:
            row = json.loads(line)
            computed, found = hash_of(row), int(row["id"])
        except (ValueError, KeyError, TypeError):
            problems.append(f"记录读不出来：第{number + 1}条")
            return number, previous
        if found != number + 1:
            what = "调换了次序或者重复" if found <= number else "缺少"
            problems.append(f"记录{what}：应当是第{number + 1}条，却是第{found}条")
            return number, previous
        if row["previous_hash"] != previous:
            problems.append(f"记录与上一条不衔接：第{found}条")
        if computed != row["hash"]:
            problems.append(f"记录内容被改动：第{found}条")
        number, previous = found, row["hash"]
        if wanted.pop(number, previous) != previous:
            problems.append(f"记录与另存的校验值不符：第{number}条")
    for missing in wanted:
        problems.append(f"记录缺少第{missing}条，另存的校验值无法核对")
    return number, previous


def kept_heads(arguments: list[str]) -> Iterator[tuple[int, str]]:
    for text in arguments:
        number, _, digest = text.partition(":")
        if not (number.isdigit() and len(digest) == 64):
            sys.exit("末尾校验值应当写成“序号:校验值”，例如 1589:1d25…（共64位）")
        yield int(number), digest


def main() -> int:
    kept = list(kept_heads(sys.argv[1:]))
    problems: list[str] = []
    listed = read_list(problems)
    check_files(listed, problems)
    number, last = check_chain(kept, problems)
    now = time.localtime()
    print(f"核验时间：{now.tm_year}年{now.tm_mon}月{now.tm_mday}日 {now.tm_hour:02}:{now.tm_min:02}")
    if problems:
        print(f"核验不通过，有{len(problems)}处不符：")
        for problem in problems:
            print("  " + problem)
        return 1
    print(f"核验通过：{len(listed)}个文件都和清单相符，{number}条记录连续完整。")
    print(f"记录的末尾校验值：{number}:{last}")
    print("清单的校验值：" + sha256_of(os.path.join(HERE, LIST)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
