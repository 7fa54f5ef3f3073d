"""Measures a real server over sockets: `python -m bench` prints the table of docs/benchmarks.md."""
