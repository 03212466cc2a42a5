"""Dialogs to intent data to a trained, calibrated classifier."""
