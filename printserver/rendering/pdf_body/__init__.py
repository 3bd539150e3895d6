"""Checks bodies that are finished PDFs and places their pages on new pages."""
