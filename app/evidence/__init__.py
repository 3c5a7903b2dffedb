"""Evidence files: taken in sealed, looked through, kept under names that tell nothing; no database, no Flask."""
