"""News from personnel by SCIM 2.0 (RFC 7643, 7644).

schemas   what is spoken: User, Group, the enterprise extension and ours
dialects  what peers write otherwise, put right before it is read
storage   the documents, and what each change of one means here
door      the token; views  the one address
"""
