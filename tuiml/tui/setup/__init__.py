"""Setup: the form in which a recipe is made, and what is told about it."""
