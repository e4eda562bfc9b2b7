# The Edge's clock runs 10 s a day fast and the log is a day long: 0 s ahead at its start, 10 s at its end. Each push is
# corrected by the offset of its own time, so both stay inside their calls; drift is told.
call c1 alice@contoso.com bob@contoso.com
call c2 alice@contoso.com bob@contoso.com
push p1 bob@contoso.com
push p2 bob@contoso.com
--- fe01.log cls=pool01\fe01
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx
08:30:00.210 out edge01.contoso.com:5061 MESSAGE p1 via=fe,mcx
08:30:00.300 in edge01.contoso.com:5061 504 MESSAGE p1 via=fe,mcx
08:30:00.310 out fe01.contoso.com:55153 504 MESSAGE p1 via=mcx
08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp
08:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a
10T08:30:00.000 in 192.0.2.103:50425 INVITE c2 via=a
10T08:30:00.010 out fe01.contoso.com:5087 INVITE c2 via=fe,a
10T08:30:00.200 in fe01.contoso.com:55153 MESSAGE p2 via=mcx
10T08:30:00.210 out edge01.contoso.com:5061 MESSAGE p2 via=fe,mcx
10T08:30:00.300 in edge01.contoso.com:5061 504 MESSAGE p2 via=fe,mcx
10T08:30:00.310 out fe01.contoso.com:55153 504 MESSAGE p2 via=mcx
10T08:30:03.100 in fe01.contoso.com:5087 408 INVITE c2 via=fe,a client=wp
10T08:30:03.110 out 192.0.2.103:50425 408 INVITE c2 via=a
10T08:35:00.000 in 192.0.2.103:50425 ACK c2 via=a
--- edge01.log cls=edgepool\edge01
08:30:00.220 edge-in fe01.contoso.com:55654 MESSAGE p1 via=fe,mcx
08:30:00.290 edge-out fe01.contoso.com:55654 504 MESSAGE p1 via=fe,mcx
10T08:30:10.220 edge-in fe01.contoso.com:55654 MESSAGE p2 via=fe,mcx
10T08:30:10.290 edge-out fe01.contoso.com:55654 504 MESSAGE p2 via=fe,mcx
10T08:35:10.000 edge-in fe01.contoso.com:55654 BYE c2 via=fe,a
--- expect
{
  "sources": [{ "clock": "reference" }, { "clock": "measured", "clock_drift_ms": 10000 }],
  "calls": [{ "call_id": "c1", "verdict": "missed_push_failed", "pushes": ["p1"] },
    { "call_id": "c2", "verdict": "missed_push_failed", "pushes": ["p2"] }],
  "pushes": [{ "call_id": "p1", "link": "certain" }, { "call_id": "p2", "link": "certain",
    "hops": [{ "server": "fe01" }, { "server": "fe01" }, { "server": "edge01", "time": "2012-02-10T08:30:00.220" }] }]
}
