"""Messages on their way into the training data: gathered, clustered, decided about by people, taken back."""
