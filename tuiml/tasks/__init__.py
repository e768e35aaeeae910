"""What there is to learn: data sets, their kinds, default recipes and splits. No training framework is imported here."""
