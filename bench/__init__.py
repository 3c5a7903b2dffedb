"""`make bench`: the portal measured against what the machine could do at best, as ratios of one run."""
