"""What must outlive the process: conversations, the inbox, the outbox, what was not answered."""
