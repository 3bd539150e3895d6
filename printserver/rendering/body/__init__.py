"""Prepares bodies of `texto` and `html`: safe and printable, without loss of text."""
