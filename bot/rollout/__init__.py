"""Releases at work: trained, measured, tried beside the one that serves, promoted and rolled back."""
