"""Training formats: one file per format, reading and writing."""
