"""Benchmarks of cypool: the cases, the peers and the way they are timed."""
