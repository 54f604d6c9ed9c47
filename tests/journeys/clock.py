"""The clock of the site, which a journey may set: the server believes it, and nothing else does.

The file named by JOURNEY_CLOCK holds the moment at which the server is to be (ISO 8601), and the
clock goes on from there; an empty or missing file is the real time.
"""

import os
from datetime import datetime
from pathlib import Path
from threading import Lock

import time_machine
from django.core.wsgi import get_wsgi_application

FILE = Path(os.environ["JOURNEY_CLOCK"])


class Clock:
    def __init__(self):
        self._lock = Lock()
        self._said = ""
        self._travel = None

    def follow(self):
        said = FILE.read_text().strip() if FILE.exists() else ""
        with self._lock:
            if said == self._said:
                return
            if self._travel:
                self._travel.stop()
            self._travel = None
            if said:
                self._travel = time_machine.travel(datetime.fromisoformat(said), tick=True)
                self._travel.start()
            self._said = said


clock, inside = Clock(), get_wsgi_application()


def application(environ, start_response):
    clock.follow()
    return inside(environ, start_response)
