"""The screens of Registro Civil."""

__all__ = ["records"]
