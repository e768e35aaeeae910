"""Screens over the others: a question, a choice, a card, the keys, a change, what becomes of live runs."""
