# Only the Edge logged the call of a user at home. A push that a Front End made and lost would not be seen here.
call c1 alice@fabrikam.com bob@contoso.com
call o1 fe01.contoso.com edge01.contoso.com
--- edge01.log cls=edgepool\edge01
08:29:00.000 edge-in fe01.contoso.com:5061 OPTIONS o1 via=fe
08:30:00.000 edge-in sip.fabrikam.com:5061 INVITE c1 via=a
08:30:00.010 edge-out fe01.contoso.com:5061 INVITE c1 via=edge,a
08:30:00.100 edge-in fe01.contoso.com:5061 180 INVITE c1 via=edge,a client=wp
08:30:30.100 edge-in fe01.contoso.com:5061 408 INVITE c1 via=edge,a client=wp
08:30:30.110 edge-out sip.fabrikam.com:5061 408 INVITE c1 via=a client=wp
08:35:00.000 edge-in fe01.contoso.com:5061 OPTIONS o1 via=fe cseq=2
--- expect
{
  "sources": [{ "role": "edge" }],
  "summary": { "missed": 0, "undetermined": { "only_edge": 1 } },
  "calls": [{ "verdict": "undetermined", "undetermined": { "why": "only_edge" } }]
}
