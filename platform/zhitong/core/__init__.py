"""What every app uses: operations, errors, clock, outbox, audit. Knows no unit, no person, no item."""
