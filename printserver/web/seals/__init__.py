"""The screens of seals: search, the page of one, changes, signatures, comparison with the list of the court."""

__all__ = ["by_hand", "change", "compare", "fee_input", "graph", "seal_page", "seal_words", "search", "signatures"]
