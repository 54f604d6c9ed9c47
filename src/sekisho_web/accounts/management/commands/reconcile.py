from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sekisho_web.accounts import provisioning
from sekisho_web.accounts.models import Target

FOUND = 3  # something differs; 1 is any accident


class Command(BaseCommand):
    """Compare what targets hold with what we hold (突合), now."""

    help = "反映先のアカウントの一覧を、台帳と突き合わせます"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("systems", nargs="*", help="対象システムの符号。なければすべて")

    def handle(self, *_: Any, systems: list[str], **__: Any) -> None:  # noqa: ANN401
        desk = provisioning.Desk(Path(settings.SEKISHO_HOME))
        targets = Target.objects.filter(enabled=True).select_related("system").order_by("pk")
        if systems:
            targets = targets.filter(system__key__in=systems)
            if missing := set(systems) - {target.system.key for target in targets}:
                raise CommandError(f"反映先がありません: {'、'.join(sorted(missing))}")
        found = False
        for target in targets:
            run = provisioning.compare(desk, target, clock=timezone.now)
            said = run.problem or f"{run.read or 0:,} 件を読み、違い {len(run.differences):,}"
            self.stdout.write(f"{target.system.name}: {said}")
            found |= bool(run.differences) or not run.is_readable
        desk.close()
        if found:
            raise CommandError("違いがあります。画面の「突合」を見てください", returncode=FOUND)
