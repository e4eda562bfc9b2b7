# Two machines call themselves fe01 at the same time: they are kept apart, and a note says so.
call c1 alice@contoso.com bob@contoso.com
call o1 edge01.contoso.com fe01.contoso.com
call o2 edge01.contoso.com fe01.contoso.com
call c2 carol@fabrikam.com dave@fabrikam.com
--- a.log cls=pool01\fe01
08:29:00.000 in edge01.contoso.com:5061 OPTIONS o1 via=edge
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
08:30:00.100 in fe01.contoso.com:5087 180 INVITE c1 via=fe,a client=wp
08:30:00.110 out 192.0.2.103:50425 180 INVITE c1 via=a
08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp
08:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a
08:35:00.000 in edge01.contoso.com:5061 OPTIONS o2 via=edge
--- b.log cls=pool01\fe01 seq=700000
08:29:30.000 in edge09.fabrikam.com:5061 BYE c2 via=edge
08:33:00.000 in edge09.fabrikam.com:5061 ACK c2 via=edge
--- expect
{
  "sources": [{ "role": "front_end" }, {}],
  "coverage": [{ "holes": [] }, { "holes": [] }],
  "notes": [{ "line": null, "what": "another input names the same server for the same time: taken for two machines" },
    { "line": null, "what": "nothing tells day and month apart, as in 1 input more: read as 2012-02-09, it could be 2012-09-02" }]
}
