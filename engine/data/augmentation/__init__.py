"""Augmentation: rewordings of kept examples that teach the same thing said otherwise."""

from engine.data.augmentation.augmentation import Augmentation, open_augmentation

__all__ = ["Augmentation", "open_augmentation"]
