"""Trackers: class gradebooks that are made from sections and follow them. Only Clever IDs of students are kept."""
