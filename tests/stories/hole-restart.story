# A new trace session inside the call: its numbers start anew, and nobody knows what was between.
call c1 alice@contoso.com bob@contoso.com
call o1 edge01.contoso.com fe01.contoso.com
call o2 edge01.contoso.com fe01.contoso.com
--- fe01.log cls=pool01\fe01 seq=900000
08:29:00.000 in edge01.contoso.com:5061 OPTIONS o1 via=edge
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
08:30:00.100 in fe01.contoso.com:5087 180 INVITE c1 via=fe,a client=wp
08:30:00.110 out 192.0.2.103:50425 180 INVITE c1 via=a
seq 1
08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp
08:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a
08:35:00.000 in edge01.contoso.com:5061 OPTIONS o2 via=edge
--- expect
{
  "calls": [{ "call_id": "c1", "verdict": "undetermined", "undetermined": { "why": "hole" } }],
  "coverage": [{ "holes": [{ "kind": "restart", "lines": null }] }],
  "notes": [{ "file": "fe01.log", "line": null, "what": "nothing tells day and month apart: read as 2012-02-09, it could be 2012-09-02" },
    { "file": "fe01.log", "line": 81 }]
}
