"""Circulars (通报): frozen figures of a period with a text of the unit, signed off in review, sent down the network."""
