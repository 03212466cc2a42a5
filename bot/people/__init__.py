"""The people of the company who use the console: who they are, what they may do, and that it is they."""
