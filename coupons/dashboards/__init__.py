"""What sponsors, providers and the platform steer by."""
