"""Our SCIM door spoken to over the wire by a client, and judged by a tester, that are not ours."""

import pytest
import scim2_tester
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    EnterpriseUser,
    Group,
    PatchOp,
    PatchOperation,
    ResourceType,
    ScimProvider,
    SearchRequest,
    UniquenessException,
    User,
)
from scim2_tester import Status

from sekisho_web.accounts.models import Hold
from tests.doors.accounts.scim.speaking import Directory
from tests.doors.accounts.scim.test_meaning import somebody

pytestmark = pytest.mark.django_db(transaction=True)
Whole = User[EnterpriseUser]
# On purpose: what is taken away says nothing, and what is absent never enables.
WE_DIFFER = ("ERROR", "check_remove_attribute", "Attribute 'active' was not removed")
BAD = {Status.ERROR, Status.CRITICAL}


@pytest.fixture
def wire(live_server, settings):
    """Yield a way to speak to the live site with the key of a feed, as if a proxy had ended TLS."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    headers = {
        "Authorization": f"Bearer {Directory(None).key}",
        "X-Forwarded-Proto": "https",
    }
    with Client(base_url=f"{live_server.url}/scim/v2", headers=headers) as http:
        yield http


def test_a_client_of_others_makes_finds_changes_stops_and_deletes(wire):
    scim = SyncSCIMClient(wire)
    scim.discover()
    model = scim.get_resource_model("User")
    person = somebody()

    made = scim.create(model(user_name="kado", external_id="x1"))
    enterprise = {"employeeNumber": "00012", "manager": {"value": "M-404"}}
    payload = made.model_dump(scim_ctx=None, by_alias=True, exclude_none=True, mode="json")
    payload[str(EnterpriseUser.__schema__)] = enterprise
    scim.replace(model.model_validate(payload))
    found = scim.query(model, None, SearchRequest(filter='userName eq "KADO"'))
    operation = PatchOperation[model](op="replace", path="active", value=False)
    scim.modify(model, made.id, PatchOp[model](operations=[operation]))
    with pytest.raises(UniquenessException):
        scim.create(model(user_name="Kado"))
    stopped = scim.query(model, made.id)
    scim.delete(model, made.id)

    assert [one.id for one in found.resources] == [made.id]
    assert stopped.active is False
    assert list(Hold.objects.values_list("person", "reason")) == [(person.pk, "feed")]
    assert scim.query(model).total_results == 0


def test_a_tester_of_others_finds_no_breach_but_the_one_on_purpose(wire):
    """Without our extension: what a stranger would fill into it names no unit of ours."""
    provider = ScimProvider(
        models=[User, EnterpriseUser, Group],
        resource_types=[ResourceType.from_resource(Whole), ResourceType.from_resource(Group)],
    )

    results = scim2_tester.check_server(SyncSCIMClient(wire, provider=provider))

    said = [(one.status.name, one.title, one.reason) for one in results if one.status in BAD]
    assert len([one for one in results if one.status is Status.SUCCESS]) >= 50
    assert said == [WE_DIFFER]
