"""The `crossdock` command: one module a command, thin over what it calls."""
