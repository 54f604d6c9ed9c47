"""A real OpenID Connect provider of others, in a process of its own, and who goes there."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest


class Provider:
    """A provider that listens; its people say what they are told to say."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(self.port), "-n",
             "true"],
            env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def wait(self):
        """Wait until it answers. Skip, with the reason, where it cannot."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if self.process.poll() is not None:
                pytest.skip(f"the OIDC provider ended: {self.process.stderr.read()[-300:]!r}")
            try:
                self._ask("GET", "/jwks")
            except OSError:
                time.sleep(0.1)
            else:
                return
        pytest.skip("the OIDC provider did not answer within 30 s")

    def person(self, subject, **claims):
        """Let somebody be known there; `claims` stand in every ID token of theirs."""
        answer = self._ask("PUT", f"/users/{subject}", json.dumps(claims), "application/json")
        assert answer.status == 204, answer.status

    def prove(self, url, subject):
        """Prove there to be `subject`, and return the address to which one is sent back."""
        assert url.startswith(self.issuer), url
        parts = urlsplit(url)
        answer = self._ask("POST", f"{parts.path}?{parts.query}", f"sub={subject}")
        assert answer.status == 302, answer.read()
        return answer.getheader("Location")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stderr.close()

    def _ask(self, method, path, body=None, kind="application/x-www-form-urlencoded"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, {"Content-Type": kind})
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer
