"""What a scanner, a camera or a person enters: codes, or the addresses printed as squares on the cheques."""

from urllib.parse import unquote

# An address with its fragment is longer than a code; more is neither.
LONGEST = 200


def code_of(entered: str) -> str:
    """Of an address its fragment, of anything else all of it: as it was entered, to be checked later."""
    _address, hash_sign, fragment = entered.strip().partition("#")
    return unquote(fragment) if hash_sign else entered.strip()


def codes_of(lines: str) -> list[str]:
    """One a line, as a scanner that ends with Enter leaves them; commas and semicolons part them too."""
    parted = lines.replace(";", "\n").replace(",", "\n").splitlines()
    return [code_of(line[:LONGEST]) for line in parted if line.strip()]
