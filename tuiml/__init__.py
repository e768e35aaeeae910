"""tuiml: train neural networks in the terminal, see them overfit, cure it, compare."""

__version__ = "0.1.0"
