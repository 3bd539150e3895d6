"""The screens: HTML over HTTP for people. No business rules: the screens call `jobs` and other packages."""

from printserver.web.blueprint import register

__all__ = ["register"]
