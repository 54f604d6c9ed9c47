"""Other systems that hold accounts (反映先): asked, told, and always read again."""

from sekisho_links.accounts.targets.opening import DirectoriesNotInstalled, open_target
from sekisho_links.accounts.targets.target import (
    Kind,
    Listing,
    Target,
    TargetRefused,
    TargetUnreachable,
)

__all__ = [
    "DirectoriesNotInstalled",
    "Kind",
    "Listing",
    "Target",
    "TargetRefused",
    "TargetUnreachable",
    "open_target",
]
