"""The API of people, systems and IDs for programs (OpenAPI 3.1).

shapes      what is asked and what is answered, as JSON
endpoints   the door of a program: its key, its scope, its question, its answer, its record
offered     the endpoints of other apps, found by name
describing  the OpenAPI document, made from the endpoints
registers, stops   the endpoints
"""
