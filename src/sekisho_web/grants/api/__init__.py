"""What programs are told about requests, grants and emergencies, and whether a use may be.

shapes      what is asked and what is answered, as JSON
registers   requests, grants and emergencies, read
evaluation  may this person use this system now? (OpenID AuthZEN Authorization API 1.0)

There is no address by which a program decides: that needs a person and their authenticator.
"""

from sekisho_web.grants.api import evaluation, registers  # noqa: F401  # they bring their endpoints
