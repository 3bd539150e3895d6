"""The life of a seal beyond its print: acts without one, retification, links, paper and daily seals, look-up."""
