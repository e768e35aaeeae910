"""Everything drawn from a run or a picture for a terminal: rich Text out, no screen and no training in here."""
