"""The bank's answers as banks write them: movements of a camt.053, statuses of a pain.002."""

from coupons.models import Attempt, Batch
from tests.coupons.orders.camt import IBAN

DAY = "2026-11-25"


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def movement(
    cents: int,
    details: str,
    *,
    direction: str = "DBIT",
    day: str = DAY,
    status: str = "BOOK",
    version: str = "02",
    more: str = "",
) -> str:
    state = status if version == "02" else f"<Cd>{status}</Cd>"
    return f"""<Ntry><Amt Ccy="EUR">{euros(cents)}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{more}<Sts>{state}</Sts>
      <BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>SVC</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"""


def detail(reference: str, cents: int | None = None, *, back: str = "") -> str:
    amount = f'<AmtDtls><TxAmt><Amt Ccy="EUR">{euros(cents)}</Amt></TxAmt></AmtDtls>' if cents else ""
    reason = f"<RtrInf><Rsn><Cd>{back}</Cd></Rsn></RtrInf>" if back else ""
    return f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{amount}{reason}</TxDtls>"


def left(line: Attempt, **more: str) -> str:
    """The transfer of a line, on its own."""
    return movement(line.payout.amount_cents, detail(line.reference), **more)


def came_back(line: Attempt, code: str = "AC04", **more: str) -> str:
    return movement(line.payout.amount_cents, detail(line.reference, back=code), direction="CRDT", **more)


def whole(batch: Batch, cents: int, **more: str) -> str:
    """A batch booked as one sum."""
    return movement(cents, f"<Btch><MsgId>{batch.number}</MsgId></Btch>", **more)


def statement(*movements: str, version: str = "02", iban: str = IBAN, name: str = "STMT-1") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>{name}</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>
{"".join(movements)}</Stmt></BkToCstmrStmt></Document>""".encode()


def transfer_status(reference: str, status: str, *, code: str = "", cents: int | None = None) -> str:
    reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""
    amount = (
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{euros(cents)}</InstdAmt></Amt></OrgnlTxRef>' if cents else ""
    )
    return f"""<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>
      {reason}{amount}</TxInfAndSts>"""


def report(
    batch: str, *transfers: str, group: str = "", payment: str = "", version: str = "10", total: str = ""
) -> bytes:
    """pain.002: `group` is the status of the message, `payment` that of its payment information."""
    told = f"<GrpSts>{group}</GrpSts>" if group else ""
    total = f"<OrgnlCtrlSum>{total}</OrgnlCtrlSum>" if total else ""
    state = f"<PmtInfSts>{payment}</PmtInfSts>" if payment else ""
    body = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}-1</OrgnlPmtInfId>{state}{''.join(transfers)}</OrgnlPmtInfAndSts>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>REPORT</MsgId><CreDtTm>2026-11-25T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{batch}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{total}{told}</OrgnlGrpInfAndSts>
{body if transfers or payment else ""}</CstmrPmtStsRpt></Document>""".encode()
