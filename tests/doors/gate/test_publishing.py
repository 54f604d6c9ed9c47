"""Publishing: only what two people signed goes live, and every page follows at once."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from allauth.core.context import request_context
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from sekisho.ledger.leaves import Kind
from sekisho.policy.editing import with_cell
from sekisho.policy.life import Part, State, Statement
from sekisho.policy.loosened import digest_of, loosened
from sekisho_links.gate import StillRead
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.accounts import signing
from sekisho_web.accounts.operations.authenticators import revoke
from sekisho_web.gate import operations as gate
from sekisho_web.ledger import operations as ledger
from sekisho_web.policy import operations
from sekisho_web.policy.models import Change, Publication, Signature, Step
from sekisho_web.policy.versions import live_hash, policy_of
from tests.factories import somebody
from tests.factories.passkeys import Passkey
from tests.links.gate.versions import shipped_files, with_ceilings
from tests.links.gate.worlds import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

RECORD = 9


class Signers:
    """An author and an approver, each with a passkey."""

    def __init__(self):
        self.author, self.approver = somebody(it=True), somebody(compliance=True)
        self.keys = {one.pk: Passkey(one) for one in (self.author, self.approver)}

    def revoke(self, person):
        """End the passkey of `person`, as its holder would."""
        revoke(
            authenticator=self.keys[person.pk].bound.pk, by=person, because="返した",
            now=timezone.now(),
        )  # fmt: skip

    def signed(self, change, person, part, /, **otherwise):
        """Let `person` sign the draft as it stands; otherwise: what else the text says."""
        content = operations.content_of(change)
        looser = loosened(policy_of(change.base_id), policy_of(content))
        said = Statement(
            change=change.number, part=part.value, person=person.code, content=content,
            base=change.base_id, loosened=digest_of(looser), count=len(looser), trial="f" * 64,
            reason=change.reason, basis=change.basis,
            starts_on=change.starts_on.isoformat() if change.starts_on else "",
            ends_on=change.ends_on.isoformat() if change.ends_on else "",
            at=timezone.now().isoformat(), nonce="n",
        )  # fmt: skip
        statement = replace(said, **otherwise)
        answer = self.keys[person.pk].answer(statement.digest)
        with request_context(RequestFactory().get("/", secure=True)):
            proof = signing.signed(person, statement.digest, answer)
        return Signature.objects.create(
            change=change, part=part, by=person, at=timezone.now(),
            statement=asdict(statement), proof=proof,
        )  # fmt: skip


@pytest.fixture
def signers(db):
    return Signers()


def opened(signers, files, **period):
    """Return a change with `files` as its draft, that follows the shipped tables."""
    now = timezone.now()
    base = operations.keep(shipped_files(), now=now)
    change = operations.open_change(
        system="takuso", title="見せ方を改める", reason="試験", basis="社内の決定", base=base.pk,
        by=signers.author, now=now, **({"starts_on": None, "ends_on": None} | period),
    )  # fmt: skip
    operations.save(
        change=change, files=files, expected=None, note="直した", by=signers.author, now=now
    )
    change.refresh_from_db()
    return change


def asked(change):
    """Ask to publish what was approved, as the page does."""
    Change.objects.filter(pk=change.pk).update(state=State.APPROVED)
    return operations.ask_to_publish(change=change, by=change.author, now=timezone.now())


def approved(signers, files=None, **period):
    """Return the publication of a change that both have signed."""
    change = opened(signers, files or stricter(), **period)
    signers.signed(change, signers.author, Part.AUTHOR)
    signers.signed(change, signers.approver, Part.SECOND_LINE)
    return asked(change)


def stricter():
    return with_ceilings(shipped_files(), monthly_kwh="非表示", retailer_name="一部")


def publish(publication):
    return gate.publish(publication, now=timezone.now())


def refused(publication, *words):
    """Return whether `publication` is refused with these words, and nothing has changed."""
    said = publish(publication)
    return (
        said.state == Publication.State.REFUSED
        and live_hash() == shipped_policy().hash
        and all(word in said.said["reason"] for word in words)
        and said.said["remedy"]
        and Change.objects.get().state == State.APPROVED
    )


def test_what_two_people_signed_goes_live(signers):
    publication = approved(signers)

    done = publish(publication)

    assert (done.state, done.said.get("reason")) == (Publication.State.DONE, None)
    assert live_hash() == done.version_id
    assert done.previous_id == shipped_policy().hash
    assert done.live_at
    assert done.said["written"] < done.said["rows"]
    assert Change.objects.get().state == State.PUBLISHED
    assert Step.objects.last().state == State.PUBLISHED


def test_the_ledger_names_both_versions_in_the_same_transaction(signers, monkeypatch):
    entered, append = [], ledger.append

    def noting(**entry):
        entered.append((entry["kind"], entry["details"], live_hash()))
        return append(**entry)

    publication = approved(signers)
    monkeypatch.setattr(ledger, "append", noting)

    done = publish(publication)

    ((kind, details, live),) = entered
    assert kind == Kind.RULE_PUBLISH
    assert details["version"] == done.version_id == live
    assert details["previous"] == shipped_policy().hash
    assert details["change"] == Change.objects.get().number
    assert len(details["signed"]) == 2


def test_what_is_done_is_not_done_again(signers):
    publication = approved(signers)
    first = publish(publication)

    assert publish(publication).live_at == first.live_at


def test_the_change_before_has_ended(signers):
    first = approved(signers)
    publish(first)
    change = opened(signers, shipped_files())
    Change.objects.filter(pk=change.pk).update(base=first.version)
    change.refresh_from_db()
    signers.signed(change, signers.author, Part.AUTHOR)
    signers.signed(change, signers.approver, Part.SECOND_LINE)

    assert publish(asked(change)).state == Publication.State.DONE

    assert [one.state for one in Change.objects.order_by("pk")] == [State.RETIRED, State.PUBLISHED]
    assert live_hash() == shipped_policy().hash


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([], id="署名なし"),
        pytest.param([Part.AUTHOR], id="起案者だけ"),
        pytest.param([Part.SECOND_LINE], id="第2線だけ"),
    ],
)
def test_one_signature_is_not_two(signers, parts):
    change = opened(signers, stricter())
    for part in parts:
        who = signers.author if part is Part.AUTHOR else signers.approver
        signers.signed(change, who, part)

    assert refused(asked(change), "二人の署名")


def test_who_wrote_it_does_not_sign_for_the_second_line(signers):
    change = opened(signers, stricter())
    signers.signed(change, signers.author, Part.AUTHOR)
    signers.signed(change, signers.author, Part.SECOND_LINE)

    assert refused(asked(change), "二人の署名")


def test_who_is_of_no_second_line_does_not_sign_for_it(signers):
    change, other = opened(signers, stricter()), somebody(it=True)
    signers.keys[other.pk] = Passkey(other)
    signers.signed(change, signers.author, Part.AUTHOR)
    signers.signed(change, other, Part.SECOND_LINE)

    assert refused(asked(change), "二人の署名")


@pytest.mark.parametrize(
    "otherwise",
    [
        pytest.param({"content": "0" * 64}, id="別の表"),
        pytest.param({"base": "0" * 64}, id="別のもとの版"),
        pytest.param({"change": "C-9999"}, id="別の案件"),
        pytest.param({"person": "somebody"}, id="別の人"),
        pytest.param({"ends_on": "2027-01-01"}, id="別の期間"),
        pytest.param({"reason": "別の理由"}, id="別の理由"),
        pytest.param({"loosened": "0" * 64}, id="別の緩和の一覧"),
        pytest.param({"trial": "0" * 64}, id="別の試行"),
    ],
)
def test_a_signature_under_another_text_is_none(signers, otherwise):
    change = opened(signers, stricter())
    signers.signed(change, signers.author, Part.AUTHOR)
    signers.signed(change, signers.approver, Part.SECOND_LINE, **otherwise)

    assert refused(asked(change), "署名")


def test_a_text_that_was_changed_after_it_was_signed_is_not_signed(signers):
    change = opened(signers, stricter())
    signers.signed(change, signers.author, Part.AUTHOR)
    good = signers.signed(change, signers.approver, Part.SECOND_LINE, loosened="0" * 64)
    looser = digest_of(
        loosened(policy_of(change.base_id), policy_of(operations.content_of(change)))
    )
    with connection.cursor() as cursor:  # as somebody could who owns the database
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table policy_signature disable trigger stays")
    Signature.objects.filter(pk=good.pk).update(statement=good.statement | {"loosened": looser})

    assert refused(asked(change), "二人の署名")


def test_a_key_that_is_not_the_signers_own_signs_nothing(signers):
    change = opened(signers, stricter())
    signers.signed(change, signers.author, Part.AUTHOR)
    good = signers.signed(change, signers.approver, Part.SECOND_LINE)
    signers.revoke(signers.approver)

    assert good.proof
    assert refused(asked(change), "二人の署名")


def test_what_was_edited_after_both_signed_is_not_published(signers):
    publication = approved(signers)
    change = Change.objects.get()
    files = with_ceilings(stricter(), change_date="一部")
    operations.save(
        change=change, files=files, expected=change.head_id, note="後から", by=signers.author,
        now=timezone.now(),
    )  # fmt: skip
    Publication.objects.filter(pk=publication.pk).update(
        version_id=operations.content_of(Change.objects.get())
    )
    Change.objects.update(state=State.APPROVED)

    assert refused(publication, "署名")


def test_a_loosening_that_nobody_signed_is_not_published(signers):
    """The list in the text is another one than the tables have: it was worked out elsewhere."""
    now = timezone.now()
    first = approved(signers)
    publish(first)
    change = opened(signers, shipped_files())
    Change.objects.filter(pk=change.pk).update(base=operations.keep(stricter(), now=now))
    change.refresh_from_db()
    none = digest_of(())
    signers.signed(change, signers.author, Part.AUTHOR, loosened=none, count=0)
    signers.signed(change, signers.approver, Part.SECOND_LINE, loosened=none, count=0)

    said = publish(asked(change))

    assert "署名された一覧にない緩和" in said.said["reason"]
    assert live_hash() == first.version_id


def test_a_version_that_follows_another_base_is_not_published(signers):
    second = approved(signers, with_ceilings(shipped_files(), change_date="一部"))
    first = approved(signers)
    assert publish(first).state == Publication.State.DONE

    said = publish(second)

    assert said.said["reason"] == "起案の後に、別の版が公開されました"
    assert live_hash() == first.version_id


def test_what_breaks_an_invariant_is_not_published_though_both_signed(signers):
    rules = "託送業務システム/判定表.csv"
    files = with_cell(shipped_files(), rules, row="B01", column="条件:契約相手", value="－")
    for row in ("A11",):
        files = with_cell(files, rules, row=row, column="条件:閲覧者区分", value="国")

    assert refused(approved(signers, files), "不変条件")


def test_what_cannot_be_read_is_not_published(signers, monkeypatch):
    change = opened(signers, stricter() | {"属性.csv": b"x"})

    assert refused(asked(change), "読めない表です")


def test_bytes_that_were_touched_are_not_published(signers):
    publication = approved(signers)
    with connection.cursor() as cursor:
        cursor.execute("alter table policy_version disable trigger stays")
    sheets = publication.version.sheets
    type(publication.version).objects.filter(pk=publication.version_id).update(
        sheets=sheets | {"属性.csv": sheets["不変条件.csv"]}
    )

    assert refused(publication, "要約と合いません")


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        pytest.param(1, None, "適用開始日", id="あすから"),
        pytest.param(None, 0, "適用終了日", id="きょうまで"),
    ],
)
def test_what_is_not_yet_or_no_longer_good_is_not_published(signers, starts, ends, said):
    day = {
        name: None if days is None else today() + timedelta(days=days)
        for name, days in (("starts_on", starts), ("ends_on", ends))
    }

    assert refused(approved(signers, **day), said)


def test_another_type_of_a_stored_field_is_refused_in_words(signers):
    files = with_cell(
        shipped_files(), "託送業務システム/整理表.csv", row="service_pole_no", column="型",
        value="code",
    )  # fmt: skip

    assert refused(approved(signers, files), "型が")


def test_what_was_asked_without_a_change_is_refused(signers):
    version = operations.keep(stricter(), now=timezone.now())
    publication = Publication.objects.create(version=version, asked_at=timezone.now())

    assert "変更案件のない" in publish(publication).said["reason"]
    assert live_hash() == shipped_policy().hash


def test_nothing_is_published_that_the_ledger_does_not_take(signers, monkeypatch):
    def failing(**_):
        raise OSError("ledger")

    publication = approved(signers)
    monkeypatch.setattr(ledger, "append", failing)

    with pytest.raises(OSError, match="ledger"):
        publish(publication)

    assert live_hash() == shipped_policy().hash
    assert Publication.objects.get().state == Publication.State.ASKED


def test_what_is_still_read_is_tried_again(signers, monkeypatch):
    def busy(*_, **__):
        raise StillRead("照会が続いています", place="公開", remedy="少し待ってください")

    publication = approved(signers)
    with monkeypatch.context() as patch:
        patch.setattr(gate, "put_live", busy)
        with pytest.raises(StillRead):
            publish(publication)
        call_command("publisher", once=True)

    assert gate.waiting() == [publication]
    call_command("publisher", once=True)
    assert gate.waiting() == []
    assert live_hash() == publication.version_id


def test_twin_a_publisher_that_believes_what_is_stored_is_caught(signers, monkeypatch):
    """Without verifying anew, a text changed behind everybody's back would go live."""
    change = opened(signers, stricter())
    signers.signed(change, signers.author, Part.AUTHOR)
    signers.signed(change, signers.approver, Part.SECOND_LINE)
    signers.revoke(signers.approver)
    monkeypatch.setattr(signing, "is_bound", lambda *_, **__: True)

    assert publish(asked(change)).state == Publication.State.DONE
