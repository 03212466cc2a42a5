"""How good the whole decision is on messages that training never saw."""
