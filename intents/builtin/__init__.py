"""Entities that need no training data: numbers, amounts, times, addresses, in English and Chinese.

The names, values and additional information are Duckling's, which Rasa projects are written for; no server
is asked.
"""
