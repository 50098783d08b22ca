"""Reports: a comparison as a table on the terminal, as JSON and CSV, and as one HTML page."""
