"""Generated scenarios: strategies over all that a scenario can say, and the search for one that a
trainer gets wrong.

Hypothesis is imported here and nowhere else in the suite; it comes with the extra `fuzz`.
"""
