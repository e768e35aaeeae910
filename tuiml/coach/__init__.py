"""What a run's figures mean: verdicts with their evidence, what-ifs, single changes to try next. Pure functions."""
