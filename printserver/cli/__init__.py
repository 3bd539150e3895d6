"""The command line, a module a group of commands. `main` is the entry point of the package."""

from printserver.cli.main import main

__all__ = ["main"]
