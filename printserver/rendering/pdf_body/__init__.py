"""Bodies that come as a finished PDF: checked, and their pages drawn on fresh ones."""
