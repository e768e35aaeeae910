"""The command line: flags, commands, and the only door to stdout and stderr."""
