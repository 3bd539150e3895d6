"""Screens of seals beside the search: the graph of a seal, changes in two steps, seals and links made by hand."""
