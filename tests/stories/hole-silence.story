# A log without numbers that is silent for two hours in the middle of a call, while it usually writes several lines a
# second: nothing proves that nothing happened.
call c1 alice@contoso.com bob@contoso.com
call o1 edge01.contoso.com fe01.contoso.com
call o2 edge01.contoso.com fe01.contoso.com
--- fe01.log numbers=no
times 2000 08:29:30.000 in edge01.contoso.com:5061 OPTIONS o1 via=edge
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
08:30:00.100 in fe01.contoso.com:5087 180 INVITE c1 via=fe,a client=wp
08:30:00.110 out 192.0.2.103:50425 180 INVITE c1 via=a
10:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp
10:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a
10:35:00.000 in edge01.contoso.com:5061 OPTIONS o2 via=edge
--- expect
{
  "calls": [{ "call_id": "c1", "verdict": "undetermined", "undetermined": { "why": "hole" } }],
  "coverage": [{ "holes": [{ "kind": "silence" }] }]
}
