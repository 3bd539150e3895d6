"""The command line, one module per group of commands. `main` is the entry point of the package."""

from printserver.cli.main import main

__all__ = ["main"]
