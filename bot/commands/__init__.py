"""What the commands do; `bot.cli` parses and calls these."""
