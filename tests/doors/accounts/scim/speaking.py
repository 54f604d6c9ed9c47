"""A directory in a few lines: its feed, its key, and the way it speaks."""

import json
from datetime import timedelta

from django.utils import timezone

from sekisho_web.accounts.models import Feed
from sekisho_web.accounts.operations.keys import issue_feed_key
from sekisho_web.accounts.scim.schemas import CORE, ENTERPRISE, OURS
from tests.factories import CompanyFactory

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
JSON = "application/scim+json"
__all__ = ["CORE", "ENTERPRISE", "OURS", "PATCH", "Directory", "feed_of"]


def feed_of(company=None, *, name="人事ディレクトリ", **more):
    return Feed.objects.create(
        company=company or CompanyFactory(),
        name=name,
        kind=Feed.Kind.SCIM,
        began_at=timezone.now() - timedelta(days=30),
        **more,
    )


class Directory:
    """Speaks as the directory of `feed` through Django's test client."""

    def __init__(self, client, feed=None, *, key=None):
        self.client, self.feed = client, feed or feed_of()
        if key is None:
            _, key = issue_feed_key(feed=self.feed, days=30, by=None, now=timezone.now())
        self.key = key

    def ask(self, method, path, body=None, **headers):
        return self.client.generic(
            method,
            f"/scim/v2{path}",
            data=b"" if body is None else json.dumps(body),
            content_type=JSON,
            headers={"Authorization": f"Bearer {self.key}", **headers},
        )

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, *, name, **more):
        return self.ask("POST", "/Users", document(name, **more))

    def put(self, uid, *, name, **more):
        return self.ask("PUT", f"/Users/{uid}", document(name, **more))

    def patch(self, uid, *operations, **headers):
        return self.ask(
            "PATCH",
            f"/Users/{uid}",
            {"schemas": [PATCH], "Operations": list(operations)},
            **headers,
        )

    def delete(self, uid):
        return self.ask("DELETE", f"/Users/{uid}")

    def made(self, *, name, **more):
        """Return the id of a new document."""
        answer = self.post(name=name, **more)
        assert answer.status_code == 201, answer.content.decode()
        return answer.json()["id"]


def document(name, *, appointments=None, number=None, manager=None, **more):
    enterprise = {"employeeNumber": number, "manager": manager}
    told = {ENTERPRISE: {key: value for key, value in enterprise.items() if value is not None}}
    if appointments is not None:
        told[OURS] = {"appointments": appointments}
    return {"schemas": [CORE, ENTERPRISE, OURS], "userName": name, **told, **more}
