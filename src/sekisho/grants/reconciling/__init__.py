"""Lines of a system that is not ours, laid beside the uses that were approved (突合).

The rule stands twice: plainly, line by line (`twin`), and as one expression for a million lines
(`expression`). A property test holds them to one another. Every line has exactly one class.
"""
