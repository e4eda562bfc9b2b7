# Both clocks are set at the same time, each by its own: by three seconds and by nearly five minutes. That is not summer time.
call c1 alice@contoso.com bob@contoso.com
push p1 bob@contoso.com
call o1 edge01.contoso.com fe01.contoso.com
call o2 edge01.contoso.com fe01.contoso.com
--- fe01.log cls=pool01\fe01
13T08:29:00.000 in edge01.contoso.com:5061 OPTIONS o1 via=edge
13T08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
13T08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
13T08:30:00.100 in fe01.contoso.com:5087 180 INVITE c1 via=fe,a client=wp
13T08:30:00.110 out 192.0.2.103:50425 180 INVITE c1 via=a client=wp
13T08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx
13T08:30:00.210 out edge01.contoso.com:5061 MESSAGE p1 via=fe,mcx
13T08:30:00.300 in edge01.contoso.com:5061 504 MESSAGE p1 via=fe,mcx | ms-diagnostics: 1008;reason="Unable to resolve DNS SRV record";source="edge01.contoso.com"
13T08:30:00.310 out fe01.contoso.com:55153 504 MESSAGE p1 via=mcx
13T08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp
13T08:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a
13T08:30:27.110 in edge01.contoso.com:5061 OPTIONS o2 via=edge
--- edge01.log cls=edgepool\edge01
13T08:29:00.000 edge-out fe01.contoso.com:5061 OPTIONS o1 via=edge
13T08:30:00.220 edge-in fe01.contoso.com:55654 MESSAGE p1 via=fe,mcx
13T08:30:00.290 edge-out fe01.contoso.com:55654 504 MESSAGE p1 via=fe,mcx | ms-diagnostics: 1008;reason="Unable to resolve DNS SRV record";source="edge01.contoso.com"
13T08:25:10.290 edge-out fe01.contoso.com:5061 OPTIONS o2 via=edge
--- expect
{
  "calls": [{ "call_id": "c1", "verdict": "missed_push_failed", "pushes": ["p1"], "findings": ["PN04"] }],
  "notes": [
    { "file": "edge01.log", "line": 51, "server": "edge01",
      "what": "the clock was set by -290.000 s here while the numbers went on: corrected" },
    { "file": "fe01.log", "line": 181, "server": "fe01",
      "what": "the clock was set by -3.000 s here while the numbers went on: corrected" }
  ]
}
