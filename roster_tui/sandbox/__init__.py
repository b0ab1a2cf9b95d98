"""A simulated Clever service over real HTTP: districts of any size, nights, planted incidents."""
