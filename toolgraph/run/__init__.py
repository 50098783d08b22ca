"""A run: its configuration, its directory, and the pipeline that fills it."""
