"""The library's handler, with one difference: an answer has all words of a document."""

from typing import Any, cast

from scim2_models import PatchOp, Resource, ResourceType
from scim2_server.conditions import Conditions
from scim2_server.handler import ScimHandler

from sekisho_web.accounts.scim.storage import Documents


class Handler(ScimHandler):
    """Serves requests on `Documents`, which are changed without the word `active` in hand."""

    def replace_resource(
        self,
        resource_type: ResourceType,
        current: Resource[Any],
        replacement: Resource[Any],
        conditions: Conditions,
    ) -> Resource[Any]:
        return self._whole(
            super().replace_resource(resource_type, current, replacement, conditions)
        )

    def patch_resource(
        self,
        resource_type: ResourceType,
        resource_id: str,
        patch_op: "PatchOp[Any]",  # the library refuses it outside of quotes
        conditions: Conditions,
    ) -> Resource[Any]:
        return self._whole(super().patch_resource(resource_type, resource_id, patch_op, conditions))

    def _whole(self, resource: Resource[Any]) -> Resource[Any]:
        """Return a document as its row has it: where nothing changed, it came without `active`."""
        return cast("Documents", self.storage).again(resource)
