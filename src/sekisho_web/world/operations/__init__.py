"""The invented group is loaded: all of it, or nothing."""

from sekisho_web.world.operations.loading import Loaded, load
from sekisho_web.world.operations.people import NotAnInventedDatabase

__all__ = ["Loaded", "NotAnInventedDatabase", "load"]
