"""How fast, how right, how robust: scripts that print tables, run from the checkout as `python -m benchmarks.NAME`."""
