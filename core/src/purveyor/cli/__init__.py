"""The `purveyor` command: a file per command, each imported when it is run."""
