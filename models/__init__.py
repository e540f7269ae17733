"""Language models behind one interface, whoever runs them.

A leaf: it knows nothing of examples, users or scores.
"""
