"""Documents to passages to a cited answer."""
