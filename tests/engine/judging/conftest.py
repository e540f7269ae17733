"""Anna's engine with a fake that counts tokens; it answers what a test puts into its script."""

from __future__ import annotations

from tests.engine.budget.conftest import engine, fake, provider

__all__ = ["engine", "fake", "provider"]
