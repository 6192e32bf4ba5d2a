"""All that passes between units: packets, dispatches, receipts, outcome events, journeys."""
