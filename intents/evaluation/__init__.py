"""How good intent models are, and how good the data is that they learn from."""
