"""Whether a dialogue is right (checks) and whether a data set is good (metrics)."""
