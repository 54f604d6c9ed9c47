from sekisho_web.campaigns.models.findings import Finding
from sekisho_web.campaigns.models.pledges import Pledge

__all__ = ["Finding", "Pledge"]
