"""Territorial diagnosis, for everyone: who lives far from a labelled venue, département by département."""
