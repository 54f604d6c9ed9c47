"""The gate in PostgreSQL: the systems as schemas, their records behind masked views, the switch.

Owner's side:  `build` installs, loads and puts live, all or nothing; `put_live` switches a version.
Reader's side: `rows` opens a ticket and reads through views and finders, as the role app.
"""

from sekisho_links.gate.build import Built, build
from sekisho_links.gate.editions import NotAsDecided, differences, today_in_japan
from sekisho_links.gate.install import install, installed, remove
from sekisho_links.gate.keys import Keys, keys_from
from sekisho_links.gate.live import Live, MayNotGoLive, put_live
from sekisho_links.gate.reader import NotReadable, Reader, Reading, Switched
from sekisho_links.gate.records import NotLoadable
from sekisho_links.gate.shapes import NotThisShape, StillRead

__all__ = [
    "Built",
    "Keys",
    "Live",
    "MayNotGoLive",
    "NotAsDecided",
    "NotLoadable",
    "NotReadable",
    "NotThisShape",
    "Reader",
    "Reading",
    "StillRead",
    "Switched",
    "build",
    "differences",
    "install",
    "installed",
    "keys_from",
    "put_live",
    "remove",
    "today_in_japan",
]
