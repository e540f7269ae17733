"""Thumbs with reasons on every text, the A/B between teacher and student, and what both come to."""

from __future__ import annotations

from engine.feedback.feedback import Feedback

__all__ = ["Feedback"]
