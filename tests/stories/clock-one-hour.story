# The Edge writes local time, one hour ahead of the Front End's UTC. By raw times the push came an hour after the call.
# The MESSAGE was sent at 08:30:00.210 and received at 09:30:00.220: at most 3600010 ms ahead. The OPTIONS was sent at
# 09:29:00.000 and received at 08:29:00.000: at least 3600000 ms. So 3600005 it is at that
# time, give or take 5. Behind it nothing bounds the clock from above: at most 250 millionths of drift, through the lower
# bound at 08:29:00 and the upper one a minute later, cut to milliseconds each, make 3600071 at 08:35:00, 66 more.
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
09:29:00.000 edge-out fe01.contoso.com:5061 OPTIONS o1 via=edge
09:30:00.220 edge-in fe01.contoso.com:55654 MESSAGE p1 via=fe,mcx
09:30:00.290 edge-out fe01.contoso.com:55654 504 MESSAGE p1 via=fe,mcx | ms-diagnostics: 1008;reason="Unable to resolve DNS SRV record";source="edge01.contoso.com"
09:35:00.000 edge-out fe01.contoso.com:5061 OPTIONS o2 via=edge
--- expect
{
  "sources": [{ "clock": "reference" }, { "clock": "measured", "clock_offset_ms": 3600005, "clock_spread_ms": 132, "clock_against": "fe01" }],
  "calls": [{ "call_id": "c1", "verdict": "missed_push_failed", "pushes": ["p1"], "findings": ["PN04"] }],
  "pushes": [{ "call_id": "p1", "result": "unroutable", "link": "certain", "sent": "2012-02-09T08:30:00.200",
    "hops": [{ "server": "fe01", "direction": "incoming" }, { "server": "fe01", "direction": "outgoing" },
      { "server": "edge01", "direction": "incoming", "time": "2012-02-09T08:30:00.215" }] }]
}
