"""Screens of what is watched: incidents, and the report of conformity."""
