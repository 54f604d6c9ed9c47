"""The certificate of a version: its page, the signed file that anybody proves again, the PDF."""

import io
import json
from pathlib import Path

import pypdf
import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from sekisho.proof.attestation import NOT_PROVED, differences
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from sekisho_links.proof.signing import fault_of_signature, read
from sekisho_web.policy import operations
from sekisho_web.proof import certificates
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db

FILES = files_in(shipped("tables"))
NAME = shipped_policy().hash[:12]


@pytest.fixture
def officer(client):
    sign_in(client, compliance=True)
    return client


def json_of(client, name=NAME):
    return client.get(reverse("proof:certificate_json", args=[name]))


def test_who_may_not_read_proofs_gets_no_certificate(client):
    sign_in(client)

    assert client.get(reverse("proof:certificate")).status_code == 403
    assert json_of(client).status_code == 403
    assert client.get(reverse("proof:certificate_pdf", args=[NAME])).status_code == 403


def test_the_page_says_the_key_how_to_check_and_what_is_not_proved(officer):
    page = officer.get(reverse("proof:certificate"))

    text = BeautifulSoup(page.content, "html.parser").text
    assert certificates.key_text() in text
    assert "sekisho prove" in text
    assert shipped_policy().hash in text
    assert all(sentence in text for sentence in NOT_PROVED)


def test_the_file_is_signed_and_says_what_the_tables_give(officer):
    answer = json_of(officer)

    found = read(answer.content, place="例")
    again = certificates.document_of(shipped_policy(), on=timezone.localdate())
    assert answer["Content-Type"] == "application/json"
    assert f"certificate-{NAME}.json" in answer["Content-Disposition"]
    assert fault_of_signature(found, key=certificates.key_text()) is None
    assert differences(found.document, again) == []


def test_the_key_lies_in_the_home_and_in_no_answer(officer):
    secret = (Path(settings.SEKISHO_HOME) / "keys" / "certificate.key").read_bytes()

    assert secret not in json_of(officer).content
    assert secret.hex() not in officer.get(reverse("proof:certificate")).text


def test_any_stored_version_has_its_certificate(officer):
    name = "託送業務システム/判定表.csv"
    rows = FILES[name].decode().splitlines(keepends=True)
    other = FILES | {name: "".join([*rows[:1], *rows[2:]]).encode()}
    version = operations.keep(other, now=timezone.now())

    said = json.loads(json_of(officer, version.pk[:12]).content)["certificate"]

    assert said["policy"] == version.pk != shipped_policy().hash
    assert (
        said["sheets"][name] != json.loads(json_of(officer).content)["certificate"]["sheets"][name]
    )


def test_a_draft_that_cannot_be_read_is_refused_in_words(officer):
    version = operations.keep(FILES | {"属性.csv": b"x\n"}, now=timezone.now())

    answer = json_of(officer, version.pk[:12])

    assert answer.status_code == 422
    assert "属性.csv" in answer.text


def test_a_version_that_is_not_there_is_not_there(officer):
    assert json_of(officer, "0" * 12).status_code == 404


def test_the_pdf_holds_the_signed_file(officer):
    answer = officer.get(reverse("proof:certificate_pdf", args=[NAME]))

    (file,) = pypdf.PdfReader(io.BytesIO(answer.content)).attachments["certificate.json"]
    assert fault_of_signature(read(file, place="例"), key=certificates.key_text()) is None
