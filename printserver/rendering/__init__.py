"""Rendering: lay out once, keep, then stamp each print. Knows no job, no rule of the book and no queue."""
