# The server is renamed in the middle of the log (a new trace session, new numbers): two servers to the reader, and the
# call that ended before the change is judged as ever.
call c1 alice@contoso.com bob@contoso.com
call o1 edge01.contoso.com fe01.contoso.com
call o2 edge01.contoso.com fe01.contoso.com
call c2 carol@contoso.com dave@contoso.com
--- fe01.log cls=pool01\fe01 seq=90000
08:29:00.000 in edge01.contoso.com:5061 OPTIONS o1 via=edge
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
08:30:00.100 in fe01.contoso.com:5087 180 INVITE c1 via=fe,a client=wp
08:30:00.110 out 192.0.2.103:50425 180 INVITE c1 via=a
08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp
08:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a
08:35:00.000 in edge01.contoso.com:5061 OPTIONS o2 via=edge
cls pool01\fe07
seq 10
09:30:00.000 in 192.0.2.103:50425 INVITE c2 via=a
09:30:00.010 out 192.0.2.104:50425 INVITE c2 via=fe,a
09:30:05.000 in 192.0.2.104:50425 200 INVITE c2 via=fe,a client=oc
09:30:05.010 out 192.0.2.103:50425 200 INVITE c2 via=a client=oc
--- expect
{
  "sources": [{ "server": null, "servers": [{ "name": "fe01" }, { "name": "fe07" }] }],
  "calls": [{ "call_id": "c1", "verdict": "missed_no_push" }, { "call_id": "c2", "outcome": "answered" }]
}
