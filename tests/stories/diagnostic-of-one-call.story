# Two calls under one Call-ID: after a 486 the client calls again with CSeq 2. The diagnostic record names CSeq 1 in its
# SIP-CSeq, so it is proof (line 57) of the first call and of no other, although what names no call is the last one's.
# Lines 1 and 72 are the INVITEs, 50 or 57 and 121 their finals.
call c1 alice@contoso.com bob@contoso.com
--- fe01.log
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a cseq=1
08:30:00.010 out 192.0.2.61:50233 INVITE c1 via=fe,a cseq=1
08:30:05.000 in 192.0.2.61:50233 486 INVITE c1 via=fe,a cseq=1
08:30:05.005 diag c1 1 INVITE
08:30:05.010 out 192.0.2.103:50425 486 INVITE c1 via=a cseq=1
08:31:00.000 in 192.0.2.103:50425 INVITE c1 via=a cseq=2
08:31:00.010 out 192.0.2.61:50233 INVITE c1 via=fe,a cseq=2
08:31:05.000 in 192.0.2.61:50233 486 INVITE c1 via=fe,a cseq=2
08:31:05.010 out 192.0.2.103:50425 486 INVITE c1 via=a cseq=2
--- expect
{
  "calls": [
    { "call_id": "c1", "started": "2012-02-09T08:30:00.000", "outcome": "busy",
      "evidence": [{ "line": 1 }, { "line": 50 }, { "line": 57 }] },
    { "call_id": "c1", "started": "2012-02-09T08:31:00.000", "outcome": "busy",
      "evidence": [{ "line": 72 }, { "line": 121 }] }
  ]
}
