"""What a run can be taken away as: models in other formats, its history as a table, a program that repeats it."""
