"""A program of a company: its key, and the way it asks."""

import json

from django.utils import timezone

from sekisho.accounts.keys import Scope
from sekisho_web.accounts.operations.keys import issue_api_key
from tests.factories import CompanyFactory


class Program:
    def __init__(self, client, company=None, *, name="棚卸し", scopes=tuple(Scope), days=30):
        self.client, self.company = client, company or CompanyFactory()
        self.row, self.key = issue_api_key(
            company=self.company, name=name, scopes=list(scopes), days=days, by=None,
            now=timezone.now(),
        )  # fmt: skip

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.key}"}

    def get(self, path, **words):
        return self.client.get(f"/api/{path}", words, headers=self.headers)

    def post(self, path, **words):
        return self.client.post(
            f"/api/{path}", data=json.dumps(words), content_type="application/json",
            headers=self.headers,
        )  # fmt: skip
