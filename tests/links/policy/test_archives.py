"""Archives of CSV: the names that systems write, and what is refused before it is unpacked."""

import stat
import unicodedata
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from sekisho.policy.sheets import Unreadable
from sekisho_links.policy.workbooks import NotInATable, files_in_archive, write_archive
from sekisho_links.workbooks.parts import LARGEST
from tests.links.policy.books import TAKUSO, book, files

RULES = f"{TAKUSO}/判定表.csv"


def archive(entries):
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as container:
        for name, body in entries:
            container.writestr(name, body)
    return out.getvalue()


def refused(data, **given):
    with pytest.raises((Unreadable, NotInATable)) as caught:
        files_in_archive(data, **given)
    errors = getattr(caught.value, "errors", (caught.value,))
    assert all(error.remedy for error in errors)
    return [f"{error.place} {error.problem}" for error in errors]


def from_windows():
    """Names in the encoding of Japanese Windows, without the flag: 表 ends with a backslash."""
    stand_ins = {
        path: f"n{n:02}".ljust(len(path.encode("cp932")), "x") for n, path in enumerate(files())
    }
    data = archive([(stand_ins[path], body) for path, body in files().items()])
    for path, name in stand_ins.items():
        data = data.replace(name.encode(), path.encode("cp932"))
    return data


def from_a_mac():
    around = "表のフォルダ/"
    return archive(
        [
            (around, b""),
            *(
                (around + unicodedata.normalize("NFD", name), body)
                for name, body in files().items()
            ),
            (around + ".DS_Store", b"x"),
            ("__MACOSX/._属性.csv", b"x"),
            (around + "Thumbs.db", b"x"),
        ]
    )


@pytest.mark.parametrize("make", [from_windows, from_a_mac])
def test_names_come_in_as_every_system_writes_them(make):
    assert files_in_archive(make(), base=files()) == files()


def test_one_system_alone_is_not_looked_through():
    own = {path: data for path, data in files().items() if "/" in path}

    assert files_in_archive(write_archive(own)) == own


def link():
    info = ZipInfo(RULES)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        pytest.param([("属性.csv", b"a\n"), ("../画面.csv", b"a")], "外を指す", id="上"),
        pytest.param([("属性.csv", b"a\n"), ("/属性.csv", b"a")], "外を指す", id="根"),
        pytest.param([("属性.csv", b"a\n"), ("C:\\画面.csv", b"a")], "外を指す", id="ドライブ"),
        pytest.param([("属性.csv", b"a\n"), (link(), b"/etc/passwd")], "リンク", id="リンク"),
        pytest.param([("属性.csv", b"a\n"), ("めも.csv", b"a")], "知らない表", id="知らない表"),
        pytest.param([("属性.csv", b"a\n"), ("読んで.txt", b"a")], "知らない表", id="別の種類"),
        pytest.param([(RULES, b"a\n"), (RULES.upper(), b"a")], "二つあります", id="大文字"),
        pytest.param(
            [(f"ＴＫ/{RULES[9:]}", b"a\n"), (f"TK/{RULES[9:]}", b"a\n")], "二つあります", id="全角"
        ),
        pytest.param([("属性.csv", "規則ID,表\n".encode("cp932"))], "Shift_JIS", id="CP932"),
        pytest.param([("属性.csv", "a,b\n".encode("utf-16"))], "UTF-16", id="UTF-16"),
        pytest.param([(".DS_Store", b"")], "一つもありません", id="空"),
        pytest.param([("a/b/c/判定表.csv", b"a\n"), ("属性.csv", b"")], "知らない表", id="深い"),
    ],
)
def test_what_is_no_table_is_refused_by_its_file(entries, word):
    assert any(word in one for one in refused(archive(entries)))


def test_a_file_that_is_gone_is_missed():
    left = {path: data for path, data in files().items() if path != RULES}

    assert refused(write_archive(left), base=files()) == [
        f"{RULES} シート「TK_判定表」がありません"
    ]


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = archive([("属性.csv", b" " * (LARGEST + 1))])
    assert len(bomb) < 1_000_000

    assert "大きすぎます" in refused(bomb)[0]


def test_a_book_is_no_archive_of_csv():
    assert "ブックのようです" in refused(book())[0]


def test_a_file_whose_bytes_are_broken_is_named():
    data = bytearray(write_archive({"属性.csv": b"a,b\n" * 99, RULES: b"a\n" * 99}))
    at = data.index(RULES.encode()) + len(RULES.encode())
    data[at + 2] ^= 0xFF

    assert refused(bytes(data)) == [f"{RULES} 途中で切れているか、壊れています"]
