"""The demonstration: true town halls and opening hours, invented names and offers, always marked as such."""
