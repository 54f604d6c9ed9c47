"""HTTP whose answers end: in time, and before they fill the memory.

The timeouts of the library are for each step; a server that sends a byte now and then, or never
stops, passes them for ever and holds the hand that asked.
"""

import ssl
from collections.abc import Iterator
from time import monotonic
from typing import cast

from httpx2 import HTTPTransport, ReadError, ReadTimeout, Request, Response, SyncByteStream

STEPS = 3  # a whole answer may take so many times as long as one step
MOST = 32 * 1024 * 1024  # bytes of one answer


class Bounded(HTTPTransport):
    def __init__(self, *, tls: ssl.SSLContext, timeout: float) -> None:
        # a proxy of the environment would be one more that hears the token
        super().__init__(verify=tls, trust_env=False)
        self._seconds = STEPS * timeout

    def handle_request(self, request: Request) -> Response:
        until = monotonic() + self._seconds
        answer = super().handle_request(request)
        return Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Body(answer, until=until, request=request),
            extensions=answer.extensions,
        )


class _Body(SyncByteStream):
    def __init__(self, answer: Response, *, until: float, request: Request) -> None:
        self._answer, self._until, self._request = answer, until, request

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for chunk in cast("SyncByteStream", self._answer.stream):
            read += len(chunk)
            if monotonic() > self._until:
                raise ReadTimeout("the answer takes too long", request=self._request)
            if read > MOST:
                raise ReadError("the answer is too long", request=self._request)
            yield chunk

    def close(self) -> None:
        self._answer.close()
