"""The pages of the offer: each reads its address, calls one verb, and says what came of it."""
