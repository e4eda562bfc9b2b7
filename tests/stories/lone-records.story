# An Edge traced with nothing but diagnostic and connection records: no call and no push is seen, but what the records say
# is. The domain of PN03 is a partner's. The first two records name calls; the connection record names its peer only.
call c1 alice@contoso.com bob@fabrikam.com
call c2 alice@contoso.com carol@litwareinc.com
--- edge01.log
08:30:00.000 diag c1 1 INVITE | Text: The domain resolved by DNS SRV but none of the FQDNs is in the same domain Result-Code: 0xc3e93d6f SIPPROXY_E_EPROUTING_MSG_ALLOWED_DOMAIN_NO_SRV_MATCH | Peer: fe01.contoso.com:5061 | Data: domain =" fabrikam.com ";fqdn1="sip.litwareinc.com:5061"
08:31:00.000 diag c2 1 INVITE | Text: The certificate was refused | Result-Code: 0xc3e93d67 SIPPROXY_E_ROUTING_MSG_CERT_MISMATCH | Data: expected-fqdn="sip.litwareinc.com";certName="www.litwareinc.com"
08:32:00.000 diag c2 2 INVITE | Text: The certificate was refused | Result-Code: 0xc3e93d67 SIPPROXY_E_ROUTING_MSG_CERT_MISMATCH | Data: expected-fqdn="sip.litwareinc.com";certName="www.litwareinc.com"
08:33:00.000 connection sipfed.online.lync.com:5061 | Text: Certificate root not trusted
08:34:00.000 connection sipfed.online.lync.com:5061 | Text: Connection closed
--- expect
{
  "summary": { "calls": 0, "pushes": 0, "missed": 0 },
  "sources": [{ "role": "edge" }],
  "findings": [
    { "code": "PN03", "count": 1, "calls": [], "pushes": [],
      "lone": { "records": 1, "call_ids": ["c1"], "domains": ["fabrikam.com"], "peers": ["fe01.contoso.com:5061", "sip.litwareinc.com:5061"] },
      "evidence": [{ "file": "edge01.log", "line": 1 }] },
    { "code": "PN05", "count": 2, "calls": [], "pushes": [],
      "lone": { "records": 2, "call_ids": ["c2"], "domains": [], "peers": ["sip.litwareinc.com"] },
      "evidence": [{ "file": "edge01.log", "line": 11 }, { "file": "edge01.log", "line": 21 }] },
    { "code": "PN06", "count": 1, "calls": [], "pushes": [],
      "lone": { "records": 1, "call_ids": [], "domains": [], "peers": ["sipfed.online.lync.com:5061"] },
      "evidence": [{ "file": "edge01.log", "line": 31 }] }
  ]
}
