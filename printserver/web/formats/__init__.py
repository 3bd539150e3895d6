"""Screens of *Formatos*: the pages of the office, edited beside the page that will be printed."""
