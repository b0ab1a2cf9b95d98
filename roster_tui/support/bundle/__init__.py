"""Sealed bundles: what a vendor asked for about students, encrypted for that vendor alone; delivered over SFTP."""
