# The push of the user stands in the log of another Front End, two hours later by its clock, and no message ties the two
# clocks: whether the push belongs to the call is not known, so the call is not called missed.
call c1 alice@contoso.com bob@contoso.com
push p1 bob@contoso.com
call o1 edge01.contoso.com fe01.contoso.com
call o2 edge01.contoso.com fe01.contoso.com
call x1 erin@contoso.com frank@contoso.com
--- fe01.log cls=pool01\fe01
08:29:00.000 in fe09.contoso.com:5061 OPTIONS o1 via=edge
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
08:30:00.100 in fe01.contoso.com:5087 180 INVITE c1 via=fe,a client=wp
08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp
08:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a
08:35:00.000 in fe09.contoso.com:5061 OPTIONS o2 via=edge
--- fe02.log cls=pool01\fe02
10:29:00.000 in fe09.contoso.com:5061 BYE x1 via=edge
10:30:00.200 in fe02.contoso.com:55153 MESSAGE p1 via=mcx
10:30:00.210 out edge01.contoso.com:5061 MESSAGE p1 via=fe,mcx
10:30:00.300 in edge01.contoso.com:5061 504 MESSAGE p1 via=fe,mcx
10:30:00.310 out fe02.contoso.com:55153 504 MESSAGE p1 via=mcx
10:35:00.000 in fe09.contoso.com:5061 ACK x1 via=edge
--- expect
{
  "sources": [{ "clock": "reference" }, { "clock": "unknown", "clock_offset_ms": 0 }],
  "summary": { "missed": 0 },
  "calls": [{ "call_id": "c1", "verdict": "undetermined", "undetermined": { "why": "clocks" }, "pushes": [] }, { "call_id": "x1" }],
  "pushes": [{ "call_id": "p1", "link": "none" }]
}
