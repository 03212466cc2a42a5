"""What is wrong with a project beyond what reading it refuses: dead names, contradictions, unused things."""
