"""A certificate is signed and proved again line by line; every change in it is told."""

import copy
import json
import shutil
from datetime import date

import pytest
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from sekisho.errors import SekishoError
from sekisho.proof.attestation import attest, differences, notes
from sekisho.proof.certificate import certificate
from sekisho.reports.certificates import report_of
from sekisho_cli import proof
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from sekisho_links.proof.keys import NoKey, public_key, public_text, signing_key
from sekisho_links.proof.signing import NotACertificate, fault_of_signature, read, signed
from sekisho_links.reports.pdf import pdf_of
from tests.links.reports.test_files import text_of

app = typer.Typer()
proof.register(app)
runner = CliRunner()
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture(scope="module")
def document():
    policy = shipped_policy()
    return attest(
        policy,
        certificate(policy),
        files=files_in(shipped("tables")),
        on=date(2026, 4, 1),
        sekisho="0.1.0",
    )


@pytest.fixture
def folder(tmp_path):
    copied = shutil.copytree(shipped("tables"), tmp_path / "表")
    for path in (copied, *copied.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return copied


@pytest.fixture
def written(tmp_path, folder):
    path = tmp_path / "certificate.json"
    home = str(tmp_path / "home")
    made = runner.invoke(
        app, ["prove", str(folder), "--write-certificate", str(path), "--home", home]
    )
    assert made.exit_code == 0, made.output
    return path


def check(folder, path, *more):
    return runner.invoke(app, ["prove", str(folder), "--certificate", str(path), *more])


def places(value, path=()):
    """Yield the path of every member, at every depth; of long lists the first and the last."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield (*path, name)
            yield from places(one, (*path, name))
    elif isinstance(value, list) and value:
        for n in {0, len(value) - 1}:
            yield (*path, n)
            yield from places(value[n], (*path, n))


def changed(document, path):
    other = copy.deepcopy(document)
    inner = other
    for name in path[:-1]:
        inner = inner[name]
    was = inner[path[-1]]
    inner[path[-1]] = {bool: lambda: not was, int: lambda: was + 1, str: lambda: was + "。"}.get(
        type(was), lambda: "別のもの"
    )()
    return other


def test_the_certificate_is_what_the_tables_give_and_its_signature_holds(document):
    found = read(signed(document, key=KEY), place="例")

    assert differences(found.document, document) == []
    assert fault_of_signature(found) is None
    assert fault_of_signature(found, key=public_text(KEY.public_key())) is None
    assert signed(document, key=KEY) == signed(document, key=KEY)


def test_every_member_that_is_changed_is_noticed_by_the_signature(document):
    whole = json.loads(signed(document, key=KEY))
    told = []
    for path in places(document):
        twin = whole | {"certificate": changed(document, path)}
        try:
            told.append(fault_of_signature(read(json.dumps(twin).encode(), place="例")) is not None)
        except NotACertificate:
            told.append(path in {("kind",), ("v",)})

    assert len(told) > 100
    assert all(told)


def test_every_member_that_is_changed_and_signed_again_is_told_in_words(document):
    """Whoever holds the key cannot certify what the tables do not give: proving again tells."""
    unseen = [
        path for path in places(document) if not differences(changed(document, path), document)
    ]

    assert unseen == [("sekisho",)]
    assert notes(changed(document, ("sekisho",)), document) != []


@pytest.mark.parametrize("path", [("systems", 0), ("systems", 0, "invariants", 0)])
def test_what_is_left_out_or_said_twice_is_told(document, path):
    for act in ("out", "twice"):
        other = copy.deepcopy(document)
        inner = other
        for name in path[:-1]:
            inner = inner[name]
        line = inner.pop(path[-1])
        inner += [line, line] if act == "twice" else []

        assert differences(other, document)


def test_a_signature_by_another_key_is_noticed(document):
    forged = read(signed(document, key=OTHER), place="例")

    assert "渡された公開鍵と違います" in fault_of_signature(
        forged, key=public_text(KEY.public_key())
    )


def test_a_twin_that_checks_no_signature_would_take_the_forgery(document):
    """The check is worth something: the forged file differs in nothing but its signature."""
    forged = read(signed(document, key=OTHER), place="例")

    assert differences(forged.document, document) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "JSON", id="空"),
        pytest.param(b"[" * 100_000, "JSON", id="深い入れ子"),
        pytest.param(b'{"certificate":{},"certificate":{},"signature":{}}', "JSON", id="二度の名"),
        pytest.param(b'{"certificate":NaN,"signature":{}}', "JSON", id="数でない数"),
        pytest.param(b"{}", "形ではありません", id="欄がない"),
        pytest.param(b'{"certificate":{},"signature":{}}', "知らない種類", id="種類がない"),
        pytest.param("証明書".encode("utf-16"), "JSON", id="文字コード違い"),
    ],
)
def test_what_is_no_certificate_is_refused_in_words(data, says):
    with pytest.raises(NotACertificate, match=says):
        read(data, place="例")


def test_the_key_is_made_once_and_read_by_nobody_else(tmp_path):
    key = signing_key(tmp_path)
    path = tmp_path / "keys" / "certificate.key"

    assert signing_key(tmp_path).private_bytes_raw() == key.private_bytes_raw()
    assert path.stat().st_mode & 0o777 == 0o600
    assert public_key(public_text(key.public_key())).public_bytes_raw()
    path.chmod(0o644)
    with pytest.raises(NoKey, match="ほかの利用者も"):
        signing_key(tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(NoKey, match="5 バイト"):
        signing_key(tmp_path)


@pytest.mark.parametrize("text", ["", "AAAA", "あ" * 44, "A" * 43 + "B"])
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(NoKey):
        public_key(text)


def test_the_command_writes_a_certificate_and_proves_it_again(folder, written):
    result = check(folder, written)

    assert result.exit_code == 0
    assert "すべての行と同じです" in result.output
    assert "誰の公開鍵かは確かめていません" in result.output
    key = json.loads(written.read_bytes())["signature"]["key"]
    assert "注意" not in check(folder, written, "--key", key).output
    assert check(folder, written, "--key", public_text(OTHER.public_key())).exit_code == 1


def test_a_program_reads_the_comparison_as_json(folder, written):
    answer = json.loads(check(folder, written, "--json").stdout)

    assert answer["signature"] is None
    assert answer["differences"] == []
    assert answer["broken"] == 0
    assert len(answer["notes"]) == 1


def test_other_tables_are_told_from_those_of_the_certificate(folder, written):
    sheet = folder / "託送業務システム" / "判定表.csv"
    text = sheet.read_text("utf-8")
    sheet.write_text(text.replace(",切替手続,平常、非常災害,常時", ",切替手続,－,常時", 1), "utf-8")

    result = check(folder, written)

    assert result.exit_code == 1
    assert "表「託送業務システム/判定表.csv」: 中身が違います" in result.output
    assert "署名は合っています" in result.output


def test_a_certificate_that_was_edited_is_told_with_the_line(folder, written):
    whole = json.loads(written.read_bytes())
    whole["certificate"]["systems"][0]["invariants"][3]["sentence"] = "何でも見られる"
    written.write_text(json.dumps(whole), "utf-8")

    result = check(folder, written)

    assert result.exit_code == 1
    assert "違う 署名が合いません" in result.output
    assert "文が違います（証明書 何でも見られる" in result.output


def test_what_a_forged_certificate_says_is_no_command_to_a_terminal(folder, written):
    whole = json.loads(written.read_bytes())
    whole["certificate"]["sekisho"] = "\x1b]0;x\x07\x1b[2J"
    whole["certificate"]["sheets"]["\x1b[1A表"] = "0"
    written.write_text(json.dumps(whole), "utf-8")

    assert "\x1b" not in check(folder, written).output


def test_what_cannot_be_read_ends_with_two(folder, written, tmp_path):
    assert check(folder, tmp_path / "ない").exit_code == 2
    assert check(tmp_path / "ない", written).exit_code == 2
    again = ["prove", str(folder), "--write-certificate", str(written), "--home", str(tmp_path)]
    assert runner.invoke(app, again).exit_code == 2  # it is not written over
    assert check(folder, written, "--system", "takuso").exit_code == 2


def test_the_pdf_says_what_was_proved_and_carries_the_signed_file(document):
    import io

    import pypdf

    file = signed(document, key=KEY)
    report = report_of(document, key=public_text(KEY.public_key()), digest="0" * 64)

    made = pdf_of(report, attached={"certificate.json": file})

    said = text_of(made)
    for words in ("判定表の証明書", document["policy"], "証明していないこと", "反例なし"):
        assert words in said
    assert pypdf.PdfReader(io.BytesIO(made)).attachments["certificate.json"] == [file]


def test_files_of_another_version_are_not_certified():
    files = files_in(shipped("tables"))
    policy = shipped_policy()

    with pytest.raises(ValueError, match="one version"):
        attest(
            policy,
            certificate(policy),
            files=files | {"見張り.csv": b"x"},
            on=date(2026, 4, 1),
            sekisho="0",
        )
    assert issubclass(NoKey, SekishoError)
