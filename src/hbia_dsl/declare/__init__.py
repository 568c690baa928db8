"""What decorators record; nothing is resolved here."""
