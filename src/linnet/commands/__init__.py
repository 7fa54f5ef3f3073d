"""What `linnet` can do, one module per word: `add(subparsers)` says how it is written, and
`run(args, settings)` does it and answers the exit code. The table is in `linnet.cli`."""
