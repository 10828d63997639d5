"""Campaigns: a sponsor composes a rule, sees what it would reach, and keeps its drawn zones."""
