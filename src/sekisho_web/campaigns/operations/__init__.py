"""What changes findings and pledges. Nothing else does."""

from sekisho_web.campaigns.operations.findings import CannotClose, close_finding, open_finding

__all__ = ["CannotClose", "close_finding", "open_finding"]
