"""HTTP as both services we ask need it: one exchange at a time, bounded in time and memory, with no secret shown.

Knows neither Clever nor a platform: what an answer means is for whoever asked.
"""
