"""What is typed about findings and pledges, one module a subject."""
