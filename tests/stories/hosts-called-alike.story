# Two companies call an Edge of theirs edge03. The log edge03.log is that of contoso's: its Front End names the address of
# the Via so. The first label of the host alone does not tell.
call o1 edge03.contoso.com fe03.contoso.com
call c2 alice@fabrikam.com bob@litwareinc.com
--- fe04.log
08:30:00.000 out edge03.aaa.fabrikam.com:5061 INVITE c2 via=fe
--- fe03.log
08:30:00.010 in edge03.contoso.com:5061 OPTIONS o1 via=edge
--- edge03.log
08:30:00.000 edge-out fe03.contoso.com:5061 OPTIONS o1 via=edge
--- expect
{ "sources": [{}, {}, { "server": "edge03.contoso.com", "role": "edge" }] }
