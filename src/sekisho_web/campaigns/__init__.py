"""指摘: what the checks found, and who closed it with which reason."""
