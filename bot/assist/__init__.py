"""What agents are offered while they answer: suggested replies, and who gets which conversation."""
