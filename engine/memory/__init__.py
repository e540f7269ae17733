"""A user's memory: what is remembered, recalled for a text, and forgotten."""
