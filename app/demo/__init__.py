"""The synthetic content of the demonstration: made-up nominees, deeds and objections, seeded and reproducible."""
