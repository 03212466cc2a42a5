"""Parts of `python -m bench.serve`."""
