# What servers do tells what they are, whatever their names: who answers REGISTER is a Front End, who sends it on to
# another pool a Director, who calls itself MediationServer in what it sends a Mediation Server, who names edges an Edge.
call r1 alice@contoso.com alice@contoso.com
call r2 bob@contoso.com bob@contoso.com
call m1 +15550100@contoso.com bob@contoso.com
call x1 carol@fabrikam.com bob@contoso.com
--- one.log cls=pool\one
08:30:00.000 in 192.0.2.103:50425 REGISTER r1 via=a
08:30:00.010 out 192.0.2.103:50425 200 REGISTER r1 via=a
--- two.log cls=pool\two
08:31:00.000 in 192.0.2.104:50425 REGISTER r2 via=a
08:31:00.010 out one.contoso.com:5061 REGISTER r2 via=fe,a
08:31:00.020 in one.contoso.com:5061 200 REGISTER r2 via=fe,a
08:31:00.030 out 192.0.2.104:50425 200 REGISTER r2 via=a
--- three.log cls=pool\three
08:32:00.000 out one.contoso.com:5061 INVITE m1 via=fe | User-Agent: RTCC/4.0.0.0 MediationServer
08:32:00.010 in one.contoso.com:5061 100 INVITE m1 via=fe
--- four.log cls=pool\four
08:33:00.000 edge-in sip.fabrikam.com:5061 MESSAGE x1 via=a
08:33:00.010 edge-out one.contoso.com:5061 MESSAGE x1 via=edge,a
--- expect
{
  "sources": [{ "server": "one", "role": "front_end" }, { "server": "two", "role": "director" },
    { "server": "three", "role": "mediation" }, { "server": "four", "role": "edge" }]
}
