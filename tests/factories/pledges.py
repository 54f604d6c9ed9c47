"""Pledges as they are after somebody gave them, and the words they are given to."""

from hashlib import sha256
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from sekisho.campaigns.pledges import digest_of
from sekisho_web.campaigns.models import Pledge
from tests.factories.people import NOON, PersonFactory


class PledgeFactory(DjangoModelFactory[Pledge]):
    """A pledge on paper, taken by somebody else."""

    class Meta:
        model = Pledge

    class Params:
        refused = factory.Trait(
            answer="refused", method="screen", scan_sha256="", witness=None, reason="署名できない"
        )

    person = factory.SubFactory(PersonFactory)
    template = "disaster_relief"
    version = 1
    text = "災害応援の誓約（第1版）\n"
    text_sha256 = factory.LazyAttribute(lambda o: sha256(o.text.encode()).hexdigest())
    subject_type = "emergency"
    subject = "E001"
    subject_said = "台風第8号"
    answer = "signed"
    method = "paper"
    scan_sha256 = "a" * 64
    witness = factory.SubFactory(PersonFactory)
    nonce = factory.Sequence(lambda n: f"nonce{n}")
    body = factory.LazyAttribute(lambda o: f"{{{o.nonce}}}".encode())
    digest = factory.LazyAttribute(lambda o: digest_of(o.body))
    at = NOON
    entry = factory.LazyFunction(uuid4)
