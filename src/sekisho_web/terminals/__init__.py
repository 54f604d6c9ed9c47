"""The register of terminals (端末台帳), loans, and the terminal that asks."""
