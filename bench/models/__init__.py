"""Compares the layout of RTF models with LibreOffice's."""
