"""Why a teacher or section can, or can't, be seen: the chain from the SIS to the screen, link by link."""
