"""Proof that statements say what they count: each provider's, the sum of its lines; all of them, each payment once."""

from django.db import connection

# Lines from one statement to the next, by the two indexes that settling reads.
WRONG = """
WITH stated AS (
    SELECT payout.id, account.organization_id, payout.amount_cents, cut_off, last_settled,
           lag(cut_off, 1, '-infinity') OVER own AS former_cut_off, lag(last_settled, 1, 0::bigint) OVER own AS former
    FROM coupons_payout payout JOIN coupons_account account ON account.id = payout.account_id
    WHERE account.kind = 'provider_payable'
    WINDOW own AS (PARTITION BY payout.account_id ORDER BY payout.id))
SELECT id FROM stated
WHERE former_cut_off > cut_off OR former > last_settled OR amount_cents <> coalesce((
    SELECT sum(amount_cents) FROM coupons_settledpayment line
    WHERE line.organization_id = stated.organization_id AND line."on" > former_cut_off AND line."on" <= cut_off
      AND line.id <= last_settled), 0) + coalesce((
    SELECT sum(amount_cents) FROM coupons_settledpayment line
    WHERE line.organization_id = stated.organization_id AND line.id > former AND line.id <= last_settled
      AND line."on" <= former_cut_off), 0)
ORDER BY id
"""
# What all its statements say and what waits is what the books say was paid to it: two sources, one sum.
ASTRAY = """
WITH last AS (
    SELECT DISTINCT ON (payout.account_id) payout.account_id, cut_off, last_settled FROM coupons_payout payout
    JOIN coupons_account account ON account.id = payout.account_id AND account.kind = 'provider_payable'
    ORDER BY payout.account_id, payout.id DESC),
waiting AS (
    SELECT line.organization_id, sum(line.amount_cents) AS cents
    FROM coupons_settledpayment line JOIN coupons_account account
        ON account.organization_id = line.organization_id AND account.kind = 'provider_payable'
    LEFT JOIN last ON last.account_id = account.id
    WHERE last.cut_off IS NULL OR line."on" > last.cut_off OR line.id > last.last_settled
    GROUP BY line.organization_id)
SELECT account.id FROM coupons_account account LEFT JOIN waiting USING (organization_id)
WHERE account.kind = 'provider_payable' AND -coupons_balance(account.id) - coalesce((
    SELECT sum(amount_cents) FROM coupons_payout WHERE account_id = account.id AND paid_id IS NULL), 0)
    <> coalesce(waiting.cents, 0)
ORDER BY account.id
"""


def wrong_statements() -> list[int]:
    """Numbers of the providers' statements that are not the sum of what they count: none, or alarm."""
    return numbers(WRONG)


def accounts_astray() -> list[int]:
    """Numbers of the providers' accounts that owe another sum than their statements and what waits: none, or alarm."""
    return numbers(ASTRAY)


def numbers(sql: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [number for (number,) in cursor.fetchall()]
