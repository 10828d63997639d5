"""What anybody may know of an ordered campaign: its page, its territory, the nearest places, its leaflet."""
