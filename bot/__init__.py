"""Conversations: dialog core, store, channels, web, console, releases."""
