"""The clerk's desk: receiving and sending, where a unit's own items meet the exchange."""
