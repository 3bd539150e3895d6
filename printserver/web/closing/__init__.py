"""Screens of the closing: a day, signed by name, and the month."""
