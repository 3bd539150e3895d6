"""Benchmarks of operations: copies beside work, restores, and kills with the newest data lost. See bench/README.md."""
