"""Style: how much a model writes like its user, in which habits it does not, and what it copied."""
