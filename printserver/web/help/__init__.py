"""Help: what each screen is for, with the rule behind it, and the operator's guide."""
