"""Ops that damage a picture: noise."""

from __future__ import annotations

import math

import numpy as np

from augment.images import Images
from augment.op import Drawn, Op, Row, Shape
from augment.parameter import Amount
from augment.rng import Stream, normal_field


class Noise(Op):
    """Add Gaussian noise, independent for each value; the result is clipped to 0..white, alpha is kept."""

    name = "noise"
    summary = "add Gaussian noise"
    example = "noise:0.05"

    sigma = Amount(0.05, low=0, high=1, unit="fraction of the value range", meaning="the noise's standard deviation")

    def draw(self, stream: Stream, shape: Shape) -> Drawn:
        return {"sigma": self.sigma.draw(stream.uniform(0)), "address": stream.bits(1)}

    def apply(self, images: Images, drawn: Drawn, value_range: float) -> Images:
        out = images.copy()
        colors = out[..., :3]
        white = 255.0 if images.dtype == np.uint8 else value_range
        noise = normal_field(drawn["address"], math.prod(colors.shape[1:])).reshape(colors.shape)
        noise *= (drawn["sigma"] * white).astype(np.float32)[:, None, None, None]
        noise += colors
        np.clip(noise, 0.0, white, out=noise)
        colors[...] = np.rint(noise, out=noise) if images.dtype == np.uint8 else noise
        return out

    def describe(self, row: Row) -> str:
        return f"σ {row['sigma']:.3f}"
