"""What the studio does: generate, score, keep, train, evaluate, register. Knows no screens and no HTTP."""
