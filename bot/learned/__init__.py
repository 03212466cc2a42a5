"""The learned next-action policy: its model, how it is trained, and whether it helps."""
