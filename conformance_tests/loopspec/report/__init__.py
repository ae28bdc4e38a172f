"""Reports: what became of each rule, and the ways to show it."""
