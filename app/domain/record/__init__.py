"""The record as a tree: hashes, proofs and the notes that state them (R38)."""
