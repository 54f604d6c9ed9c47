"""The one Django project: settings, addresses, checks. Above all apps; imported by none."""
