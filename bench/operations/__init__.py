"""Benchmarks of operations: install, upgrade, copies, restores and lost disks. See bench/README.md."""
