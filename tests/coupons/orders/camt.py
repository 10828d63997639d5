"""Statements as banks write them, in both versions."""

from typing import Any
from xml.sax.saxutils import escape

IBAN = "FR7630006000011234567890189"


def entry(
    amount: str = "202.00",
    *,
    version: str = "02",
    reference: str = "SVCR-1",
    remittance: str = "",
    structured: str = "",
    payer: str = "COMMUNE D'ESSAI",
    currency: str = "EUR",
    direction: str = "CRDT",
    status: str = "BOOK",
    day: str = "<Dt>2026-11-20</Dt>",
    more: str = "",
    details: str = "",
) -> str:
    state = status if version == "02" else f"<Cd>{status}</Cd>"
    name = f"<Nm>{escape(payer)}</Nm>" if version == "02" else f"<Pty><Nm>{escape(payer)}</Nm></Pty>"
    one = f"""<TxDtls><RltdPties><Dbtr>{name}</Dbtr></RltdPties><RmtInf>
      <Ustrd>{escape(remittance)}</Ustrd>
      <Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{escape(structured)}</Ref></CdtrRefInf></Strd>
      </RmtInf></TxDtls>"""
    return f"""<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{more}<Sts>{state}</Sts>
      <BookgDt>{day}</BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls>{details or one}</NtryDtls></Ntry>"""


def detail(amount: str, reference: str, remittance: str, *, version: str = "02") -> str:
    told = f'<Amt Ccy="EUR">{amount}</Amt>'
    told = f"<AmtDtls><TxAmt>{told}</TxAmt></AmtDtls>" if version == "02" else told
    return f"""<TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs>{told}
      <RmtInf><Ustrd>{remittance}</Ustrd></RmtInf></TxDtls>"""


def statement(
    *entries: str, version: str = "02", name: str = "STMT-1", iban: str = IBAN, **_more: Any
) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>{name}</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>
{"".join(entries)}</Stmt></BkToCstmrStmt></Document>""".encode()
