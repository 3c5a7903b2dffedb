"""Evidence files: encrypted on receipt, inspected, stored under random names; no database, no Flask."""
