"""Releases: signed bundles, the machine that they are installed on, the upgrade and the way back."""
