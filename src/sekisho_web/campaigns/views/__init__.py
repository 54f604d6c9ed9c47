"""The doors of findings and of pledges, one module a subject."""
