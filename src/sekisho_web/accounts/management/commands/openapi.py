"""Prints the OpenAPI document of the API, as it stands in docs/openapi.json."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from sekisho_web.accounts.api.describing import document


class Command(BaseCommand):
    help = "API の説明（OpenAPI 3.1）を標準出力に書きます"
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:  # noqa: ANN401
        text = json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True)
        self.stdout.write(text)
