"""核对公示系统的存证：不联网，不用系统的数据库，只要这个文件和 cryptography（pip install cryptography）。

用法（把下载的文件放在同一个文件夹里）：
  python gongshi-verify.py receipt 存证证明.json 提交内容.json       我的异议在不在记录里（第二个文件可以不写）
  python gongshi-verify.py period 名单存证.json 当时存下的名单.json   一次公示的名单从何时到何时公开（同上）
  python gongshi-verify.py checkpoints 旧存证.txt 衔接证明.json      旧存证以后有没有改过旧记录
最后可以加：--key 公钥  --witness 见证人的公钥（从系统以外的地方得到的，例如公告上印的）
退出码：0 对，1 不对，2 用法或者文件有误。算法见 RFC 6962、RFC 9162 和 C2SP signed-note、tlog-checkpoint。
"""

import base64
import hashlib
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CHINA = timezone(timedelta(hours=8))
FILED = ("period", "nominee", "name", "category", "facts", "files")
FIELDS = ("position", "kind", "name", "unit", "recommender", "post", "category", "trade", "deeds")
LISTED = {"period.list_opened": "公示开始", "period.list_corrected": "更正以后", "period.list_closed": "公示结束"}


class Wrong(Exception): ...


def need(holds, why):
    if not holds:
        raise Wrong(why)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def decoded(texts):
    return [base64.b64decode(each, validate=True) for each in texts]


def moment(at):
    at = datetime.fromtimestamp(at, CHINA) if isinstance(at, int) else datetime.fromisoformat(at)
    return at.astimezone(CHINA).strftime("%Y年%m月%d日%H:%M:%S")


def signature_of(note, key):
    """核对这个公钥（名称+校验+公钥）的签名；见证人签的，返回时间。"""
    name, short, rest = key.strip().split("+", 2)
    public = decoded([rest])[0]
    need(sha(name.encode() + b"\n" + public)[:4].hex() == short, "公钥写错了")
    text, _, lines = note.rpartition("\n\n")
    text, split = (text + "\n").encode(), [line.split(" ") for line in lines[:-1].split("\n")]
    need(lines.endswith("\n"), "存证不完整")
    for (mark, line_name, _), raw in zip(split, decoded(line[2] for line in split), strict=True):
        if (mark, line_name, raw[:4].hex()) != ("\u2014", name, short):
            continue
        raw, at = raw[4:], None
        if public[0] == 4:  # 见证
            at, raw = int.from_bytes(raw[:8], "big"), raw[8:]
            text = f"cosignature/v1\ntime {at}\n".encode() + text
        try:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw, text)
        except InvalidSignature:
            raise Wrong(f"{name}的签名不对：存证被改动过，或者公钥不是这个系统的") from None
        return at
    raise Wrong(f"存证上没有{name}用这个公钥签的名")


def opened(note, keys):
    """核对存证上的签名；返回是谁的、有几条记录、树根、什么时候。"""
    signature_of(note, keys[0])
    for witness in keys[1:]:
        print(f"　见证：{witness.partition('+')[0]}，{moment(signature_of(note, witness))}")
    origin, size, root, *more = note.rpartition("\n\n")[0].split("\n")
    need(origin == keys[0].partition("+")[0], "存证不是这个系统的")
    at = next((moment(line[5:].replace("Z", "+00:00")) for line in more if line.startswith("time ")), "没有写时间")
    return origin, int(size), decoded([root])[0], at


def climb(index, size, leaf, path):
    """从一条记录沿路径算到树根（RFC 9162，2.1.3）。"""
    if size == 1:
        need(not path, "路径太长")
        return leaf
    need(path, "路径太短")
    split = 1 << (size - 1).bit_length() - 1
    if index < split:
        return sha(b"\1", climb(index, split, leaf, path[:-1]), path[-1])
    return sha(b"\1", path[-1], climb(index - split, size - split, leaf, path[:-1]))


def grow(old, new, old_root, path, whole=True):
    """从衔接的路径算旧的和新的树根（RFC 9162，2.1.4）。"""
    if old == new:
        need(len(path) == (0 if whole else 1), "衔接的路径长短不对")
        return (old_root, old_root) if whole else (path[0], path[0])
    need(path, "衔接的路径太短")
    split = 1 << (new - 1).bit_length() - 1
    if old <= split:
        before, after = grow(old, split, old_root, path[:-1], whole)
        return before, sha(b"\1", after, path[-1])
    before, after = grow(old - split, new - split, old_root, path[:-1], False)
    return sha(b"\1", path[-1], before), sha(b"\1", path[-1], after)


def included(part, size, root):
    """核对一条记录的内容、位置和路径；返回存证码、记录和它的详情。"""
    leaf, index = sha(b"\0", canonical(part["leaf"])), part["index"]
    need(0 <= index < size, "记录的位置不在存证的范围里")
    need(
        climb(index, size, leaf, decoded(part["path"])) == root, "这条记录不在存证里：内容、位置、路径或者树根被改动过"
    )
    return leaf.hex(), part["leaf"], json.loads(part["leaf"][5])


def receipt(keys, proof, content=None):
    need(proof["format"] == "gongshi-receipt-v1", "这不是异议的存证证明")
    origin, size, root, at = opened(proof["checkpoint"], keys)
    leaf, act, details = included(proof, size, root)
    need(act[3] == "objection.filed", "这条记录不是收到异议")
    print(f"　{origin}：{moment(act[1])}记录收到这件异议；存证时间{at}，存证时有{size}条记录。")
    print(f"　存证码（应与回执上的一样）：{leaf}")
    if content is not None:
        need(content["format"] == "gongshi-filed-v1", "第二个文件不是“我提交的内容”")
        need(proof["salt"] and "commitment" in details, "这件异议没有内容校验值，只能证明收到过")
        found = sha(canonical([proof["salt"], *(content[field] for field in FILED)])).hex()
        need(found == details["commitment"], "提交的内容与记录不符：内容被改动过，或者不是这一件")
        print(f"　内容相符：对象{content['name']}，事实{len(content['facts'])}字，附件{len(content['files'])}个。")


def period(keys, proof, kept=None):
    need(proof["format"] == "gongshi-period-v1" and proof["lists"], "这不是公示的名单存证")
    origin, size, root, at = opened(proof["checkpoint"], keys)
    print(f"　{origin}，编号{proof['period']}的公示，存证时间{at}。")
    shown, before, same = {}, -1, []
    for place, stated in enumerate(proof["lists"]):
        _, act, details = included(stated, size, root)
        need(act[3] in LISTED and act[4] == f"period:{proof['period']}", "有一条记录不是这次公示的名单")
        need((act[3] == "period.list_opened") == (place == 0) and stated["index"] > before, "名单的先后不对")
        before = stated["index"]
        shown.update(dict(stated["digests"]))
        digests = [shown[position] for position in range(len(shown))]
        whole = sha(bytes.fromhex("".join(digests))).hex()
        need((whole, len(digests)) == (details["list"], details["entries"]), "名单被改动过")
        times = f"公示期{moment(details['opens_at'])}至{moment(details['closes_at'])}"
        print(f"　{LISTED[act[3]]}：{moment(act[1])}记录，{len(digests)}个对象，{times}。")
        for entry in kept["entries"] if kept else ():
            found = sha(canonical([entry["salt"], *(entry[field] for field in FIELDS)])).hex()
            same += [place] * (shown.get(entry["position"] - 1) == found)
    if kept is not None:
        need(kept["format"] == "gongshi-list-v1" and kept["period"] == proof["period"], "存下的名单不是这次公示的")
        places = [place for place in same if same.count(place) == len(kept["entries"])]
        need(places, "您存下的名单与公示时的不符")
        print(f"　您存下的{len(kept['entries'])}个对象与上面第{places[0] + 1}行的名单一字不差。")


def checkpoints(keys, note, proof):
    need(proof["format"] == "gongshi-growth-v1", "第二个文件不是衔接证明")
    _, old, old_root, old_at = opened(note, keys[:1])
    need(opened(proof["old"], keys[:1])[1:3] == (old, old_root), "衔接证明不是从这份旧存证开始的")
    _, new, new_root, new_at = opened(proof["checkpoint"], keys)
    need(0 < old <= new, "后来的存证条数反而少了")
    need(grow(old, new, old_root, decoded(proof["path"])) == (old_root, new_root), "旧记录被改动过：两份存证接不上")
    print(f"　{old_at}的{old}条记录，一条不差，都在{new_at}的{new}条记录的开头。")


def load(name):
    text = Path(name).read_text("utf-8-sig")
    return json.loads(text) if text.startswith("{") else text


def main(arguments):
    sys.stdout.reconfigure(errors="replace")
    given = {"--key": [], "--witness": []}
    while arguments[-2:-1] and arguments[-2] in given:
        given[arguments.pop(-2)].append(arguments.pop())
    checks = {"receipt": (receipt, 1), "period": (period, 1), "checkpoints": (checkpoints, 2)}
    check, least = checks.get(arguments[0] if arguments else "", (None, 0))
    if check is None or not least <= len(arguments) - 1 <= 2:
        return print(__doc__) or 2
    try:
        files = [load(name) for name in arguments[1:]]
        keys = [*(given["--key"] or [files[least - 1]["key"]]), *given["--witness"]]
        check(keys, *files)
    except OSError as error:
        return print(f"打不开文件：{error.filename}。") or 2
    except Exception as error:  # 文件里什么都可能有
        return print(f"不对：{error if isinstance(error, Wrong) else '文件不完整，或者被改动过'}。") or 1
    print("对。" if given["--key"] else f"对。用的是文件自带的公钥，请与公告上印的核对：\n　{keys[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
