"""Text to vectors, and the ground floor that the other packages share."""
