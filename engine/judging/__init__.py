"""An optional judge: a model that marks texts by a rubric. It advises, beside the score."""

from __future__ import annotations

from engine.judging.judging import Judging, SecondOpinion, unjudged

__all__ = ["Judging", "SecondOpinion", "unjudged"]
