"""Roles of a SCIM server that keeps them as groups."""

from collections.abc import Mapping
from typing import Any

from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Group

from sekisho_links.accounts.targets.target import TargetRefused

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
NOT_FOUND = 404


class Groups:
    """groups: our role → the id of its group. Other groups are not ours, and are not touched."""

    def __init__(self, groups: Mapping[str, str], *, place: str) -> None:
        self._groups = groups
        self._place = place

    def __bool__(self) -> bool:
        return bool(self._groups)

    def of(self, client: SyncSCIMClient, ext_id: str) -> frozenset[str]:
        """Return our roles of one user, asked of each group."""
        return frozenset(role for role in self._groups if ext_id in self._members(client, role))

    def everybody(self, client: SyncSCIMClient) -> Mapping[str, frozenset[str]]:
        """Return our roles of everybody who has one, by id."""
        roles: dict[str, frozenset[str]] = {}
        for role in self._groups:
            for ext_id in self._members(client, role):
                roles[ext_id] = roles.get(ext_id, frozenset()) | {role}
        return roles

    def change(
        self, client: SyncSCIMClient, ext_id: str, *, wanted: frozenset[str], found: frozenset[str]
    ) -> None:
        """Put the user into the groups of `wanted` and out of the others of ours. Losses first."""
        if unknown := wanted - set(self._groups):
            raise self._refused(
                f"権限にあたるグループが決まっていません: {'、'.join(sorted(unknown))}"
            )
        said = ext_id.replace("\\", "\\\\").replace('"', '\\"')
        for role in sorted(found - wanted):
            self._patch(client, role, {"op": "remove", "path": f'members[value eq "{said}"]'})
        for role in sorted(wanted - found):
            self._patch(
                client, role, {"op": "add", "path": "members", "value": [{"value": ext_id}]}
            )

    def _patch(self, client: SyncSCIMClient, role: str, operation: Mapping[str, Any]) -> None:
        client.modify(
            Group,
            self._groups[role],
            {"schemas": [PATCH], "Operations": [operation]},
            expected_status_codes=[200, 204],
        )

    def _members(self, client: SyncSCIMClient, role: str) -> frozenset[str]:
        answer = client.query(Group, self._groups[role], expected_status_codes=[200, NOT_FOUND])
        if not isinstance(answer, dict) or ERROR in answer.get("schemas", []):
            raise self._refused(f"権限「{role}」のグループが対象にありません")
        if answer.get("id") != self._groups[role]:
            raise self._refused(f"権限「{role}」に、違うグループが返りました")
        return frozenset(str(one.get("value")) for one in answer.get("members") or [])

    def _refused(self, problem: str) -> TargetRefused:
        return TargetRefused(
            problem, place=self._place, remedy="対象の設定で、権限とグループの対応を直してください"
        )
