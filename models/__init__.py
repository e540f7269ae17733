"""Language models behind one interface, whoever runs them. A leaf: knows nothing of examples, users or scores."""
