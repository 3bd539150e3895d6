"""Bodies of `texto` and `html`, made safe and printable without losing text."""
