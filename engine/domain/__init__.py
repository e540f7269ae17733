"""Frozen types, one noun a file. No behaviour beyond what follows from the values themselves."""
