"""What may be used, for which purpose, until when: grants, emergencies, the roster of helpers."""
