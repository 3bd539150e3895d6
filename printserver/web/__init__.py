"""The screens: HTML over HTTP for people. No business rules: the screens call `jobs` and the like."""

from printserver.web.blueprint import register

__all__ = ["register"]
