"""The cache: what Clever sent, staged, compared, applied, and queried. Can be fetched again at any time."""
