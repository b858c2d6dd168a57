"""Building blocks that panels are made of; each is shown things and tells of wishes."""
