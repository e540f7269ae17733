"""Measuring a version: held-out loss, its interval, and the same prompts before and after."""
