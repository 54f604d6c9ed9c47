"""Files from personnel (人事連携) as lines of news: decoded as declared, never guessed."""

from sekisho_links.accounts.personnel.mapping import BadMapping, FeedMapping, mapping_in, mapping_of
from sekisho_links.accounts.personnel.reading import Reading, read

__all__ = ["BadMapping", "FeedMapping", "Reading", "mapping_in", "mapping_of", "read"]
