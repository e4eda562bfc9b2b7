# One search result holds two servers, and a second search overlaps it: the records in both files count once.
call c1 alice@contoso.com bob@contoso.com
call o1 edge01.contoso.com fe01.contoso.com
--- search1.log cls=pool01\fe01
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
08:30:05.000 out 192.0.2.103:50425 200 INVITE c1 via=a
cls edgepool\edge01
seq 50
08:30:06.000 edge-out fe01.contoso.com:5061 OPTIONS o1 via=edge
--- search2.log cls=pool01\fe01 seq=4097
08:30:05.000 out 192.0.2.103:50425 200 INVITE c1 via=a
08:30:07.000 in edge01.contoso.com:5061 OPTIONS o1 via=edge
--- expect
{
  "sources": [{ "server": null, "servers": [{ "name": "fe01", "role": "front_end" }, { "name": "edge01", "role": "edge" }] },
    { "server": "fe01", "copies": 1 }],
  "summary": { "records": 4, "messages": 3 },
  "calls": [{ "call_id": "c1", "outcome": "answered" }]
}
