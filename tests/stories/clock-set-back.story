# The Edge's clock is set back by five minutes while its numbers go on: time went on too. The push after that is corrected.
# Its own times show a step of -240 s; the messages in common say -299.99 to -300.00, as a minute passed meanwhile.
call c1 alice@contoso.com bob@contoso.com
push p1 bob@contoso.com
call o1 edge01.contoso.com fe01.contoso.com
call o2 edge01.contoso.com fe01.contoso.com
--- fe01.log cls=pool01\fe01
08:29:00.000 in edge01.contoso.com:5061 OPTIONS o1 via=edge
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
08:30:00.100 in fe01.contoso.com:5087 180 INVITE c1 via=fe,a client=wp
08:30:00.110 out 192.0.2.103:50425 180 INVITE c1 via=a client=wp
08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx
08:30:00.210 out edge01.contoso.com:5061 MESSAGE p1 via=fe,mcx
08:30:00.300 in edge01.contoso.com:5061 504 MESSAGE p1 via=fe,mcx | ms-diagnostics: 1008;reason="Unable to resolve DNS SRV record";source="edge01.contoso.com"
08:30:00.310 out fe01.contoso.com:55153 504 MESSAGE p1 via=mcx
08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp
08:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a
08:35:00.000 in edge01.contoso.com:5061 OPTIONS o2 via=edge
--- edge01.log cls=edgepool\edge01
08:29:00.000 edge-out fe01.contoso.com:5061 OPTIONS o1 via=edge
08:25:00.220 edge-in fe01.contoso.com:55654 MESSAGE p1 via=fe,mcx
08:25:00.290 edge-out fe01.contoso.com:55654 504 MESSAGE p1 via=fe,mcx | ms-diagnostics: 1008;reason="Unable to resolve DNS SRV record";source="edge01.contoso.com"
08:30:00.000 edge-out fe01.contoso.com:5061 OPTIONS o2 via=edge
--- expect
{
  "calls": [{ "call_id": "c1", "verdict": "missed_push_failed", "pushes": ["p1"], "findings": ["PN04"] }],
  "pushes": [{ "link": "certain", "hops": [{ "server": "fe01" }, { "server": "fe01" },
    { "server": "edge01", "time": "2012-02-09T08:30:00.215" }] }],
  "notes": [{ "file": "edge01.log", "line": 16, "server": "edge01",
    "what": "the clock was set by -299.995 s here while the numbers went on: corrected" },
    { "file": "fe01.log", "line": null, "what": "nothing tells day and month apart, as in 1 input more: read as 2012-02-09, it could be 2012-09-02" }]
}
