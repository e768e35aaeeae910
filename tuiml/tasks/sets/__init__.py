"""Data sets that are there for everybody: Keras' own, scikit-learn's, and drawn ones."""
