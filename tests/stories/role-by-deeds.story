# What a server does decides its role; the name of its file does not. One forks to a phone and its file is called after an
# Edge, one answers REGISTER in a file called after a Director, one only passed an INVITE on and nothing but the name tells.
call c1 alice@contoso.com bob@contoso.com
call c2 alice@contoso.com carol@contoso.com
call r1 dan@contoso.com dan@contoso.com
call o1 fe01.contoso.com fe01.contoso.com
--- edge-case-4711.log
08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
08:30:10.000 in fe01.contoso.com:5087 200 INVITE c1 via=fe,a client=wp
--- dir-listing.log cls=pool\one
08:31:00.000 in 192.0.2.103:50425 REGISTER r1 via=a
08:31:00.010 out 192.0.2.103:50425 200 REGISTER r1 via=a
--- dir01.log cls=pool\two
08:32:00.000 in 192.0.2.103:50425 INVITE c2 via=a
08:32:00.010 out fe01.contoso.com:5061 INVITE c2 via=mcx,a
--- expect
{
  "sources": [{ "role": "front_end" }, { "role": "front_end" }, { "role": "director" }]
}
