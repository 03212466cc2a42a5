"""What the conversations add up to: figures computed from the events."""
