"""The books as people read them: proof of reserve, refunds, funds, accounts; and what is done to them every day."""
