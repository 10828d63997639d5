"""What happens to an organisation, told to its own software: signed, tried again, and logged."""
