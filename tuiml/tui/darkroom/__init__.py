"""Darkroom: what training will see, and the steps of the augmentation that make it so."""
