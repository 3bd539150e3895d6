"""Reads RTF: bytes to plain data. Knows no HTML and no layout."""
