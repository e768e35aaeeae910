"""The panes of Results: figures, counts of who was taken for whom, scores, worst rows, and asking the network."""
