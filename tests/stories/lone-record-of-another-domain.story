# A domain that is not allowed is not the clearing house's: the words of PN01 must not send the reader there. Without the
# proxy of a hosting provider, the same about push.lync.com is PN02.
call c1 alice@contoso.com bob@fabrikam.com
push p1 carol@contoso.com
--- edge01.log
08:30:00.000 diag c1 1 INVITE | Text: The domain of the message is not configured and does not appear to belong to a federated partner | Result-Code: 0xc3e93d6f X | Data: domain="fabrikam.com"
08:31:00.000 diag p1 1 MESSAGE | Text: The domain of the message is not configured and does not appear to belong to a federated partner | Data: domain="push.lync.com"
--- expect
{
  "findings": [
    { "code": "PN01", "summary": "a domain is not an allowed federation domain", "lone": { "domains": ["fabrikam.com"] } },
    { "code": "PN02", "lone": { "domains": ["push.lync.com"], "call_ids": ["p1"] } }
  ]
}
