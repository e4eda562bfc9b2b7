# One push was refused and its diagnostic record explains it; a record of the same cause speaks of a push that the log does
# not show, one of a presence subscription that it does. The case counts as one, the lone record stands beside it, and the
# subscription is no call.
push p1 bob@contoso.com
push p2 carol@contoso.com
call s1 alice@contoso.com dan@fabrikam.com
--- edge01.log cls=edgepool\edge01
08:30:00.220 edge-in fe01.contoso.com:55654 MESSAGE p1 via=fe,mcx
08:30:00.250 diag p1 1 MESSAGE | Result-Code: 0xc3e93d6f SIPPROXY_E_EPROUTING_MSG_ALLOWED_DOMAIN_NO_SRV_MATCH | Data: domain="push.lync.com"
08:30:00.290 edge-out fe01.contoso.com:55654 504 MESSAGE p1 via=fe,mcx
08:31:00.000 diag p2 1 MESSAGE | Result-Code: 0xc3e93d6f SIPPROXY_E_EPROUTING_MSG_ALLOWED_DOMAIN_NO_SRV_MATCH | Data: domain="push.lync.com"
08:32:00.000 edge-in fe01.contoso.com:55654 SUBSCRIBE s1 via=fe
08:32:00.010 diag s1 1 SUBSCRIBE | Result-Code: 0xc3e93d6f SIPPROXY_E_EPROUTING_MSG_ALLOWED_DOMAIN_NO_SRV_MATCH | Data: domain="fabrikam.com"
08:32:00.020 edge-out fe01.contoso.com:55654 504 SUBSCRIBE s1 via=fe
--- expect
{
  "summary": { "pushes": 1 },
  "pushes": [{ "call_id": "p1", "findings": ["PN03"] }],
  "findings": [{ "code": "PN03", "count": 1, "pushes": ["p1"],
    "lone": { "records": 1, "call_ids": ["p2"], "domains": ["push.lync.com"], "peers": [] } }]
}
