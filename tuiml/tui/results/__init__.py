"""Results: what a run's network gets right and wrong; a pane each."""
