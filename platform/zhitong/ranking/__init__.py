"""Rule sets, scores, standings: figures anyone can re-calculate."""
