"""A user's own threshold, fitted to what they accepted and rejected."""

from __future__ import annotations

from engine.calibration.calibration import Calibrator
from engine.calibration.threshold import threshold_of

__all__ = ["Calibrator", "threshold_of"]
