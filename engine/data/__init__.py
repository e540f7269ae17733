"""Examples from outside: a user's own text."""
