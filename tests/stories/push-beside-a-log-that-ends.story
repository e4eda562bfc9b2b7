# The Front End's log ends while bob's phone rings, after a push that was refused. The Edge goes on: it sees the INVITE time
# out, and another push to bob that is accepted. That one may belong to a call that only the Front End would have shown, so
# it does not turn the call into one that was not opened; and whether it does is not known, so nothing is said.
call c1 alice@fabrikam.com bob@contoso.com
call o1 edge01.contoso.com fe01.contoso.com
push p1 bob@contoso.com
push p2 bob@contoso.com
--- fe01.log cls=pool01\fe01
08:30:00.010 in edge01.contoso.com:5061 INVITE c1 via=edge,a
08:30:00.020 out fe01.contoso.com:5087 INVITE c1 via=fe,edge,a
08:30:00.100 in fe01.contoso.com:5087 180 INVITE c1 via=fe,edge,a client=wp
08:30:00.110 out edge01.contoso.com:5061 180 INVITE c1 via=edge,a client=wp
08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx
08:30:00.210 out edge01.contoso.com:5061 MESSAGE p1 via=fe,mcx
08:30:00.300 in edge01.contoso.com:5061 504 MESSAGE p1 via=fe,mcx
08:30:00.310 out fe01.contoso.com:55153 504 MESSAGE p1 via=mcx
--- edge01.log cls=edgepool\edge01
08:30:00.000 edge-in sip.fabrikam.com:5061 INVITE c1 via=a
08:30:00.005 edge-out fe01.contoso.com:5061 INVITE c1 via=edge,a
08:30:00.115 edge-in fe01.contoso.com:5061 180 INVITE c1 via=edge,a client=wp
08:30:00.220 edge-in fe01.contoso.com:55654 MESSAGE p1 via=fe,mcx
08:30:00.290 edge-out fe01.contoso.com:55654 504 MESSAGE p1 via=fe,mcx
08:30:15.220 edge-in fe01.contoso.com:55654 MESSAGE p2 via=fe,mcx
08:30:15.230 edge-out sipfed.online.lync.com:5061 MESSAGE p2 via=edge,fe,mcx
08:30:15.400 edge-in sipfed.online.lync.com:5061 200 MESSAGE p2 via=edge,fe,mcx client=pnch | ms-diagnostics-public: 30000;reason="Push Notification Request Accepted"
08:30:15.410 edge-out fe01.contoso.com:55654 200 MESSAGE p2 via=fe,mcx client=pnch | ms-diagnostics-public: 30000;reason="Push Notification Request Accepted"
08:30:30.100 edge-in fe01.contoso.com:5061 408 INVITE c1 via=edge,a client=wp
08:30:30.110 edge-out sip.fabrikam.com:5061 408 INVITE c1 via=a client=wp
08:35:00.000 edge-out fe01.contoso.com:5061 OPTIONS o1 via=edge
--- expect
{
  "summary": { "missed": 0, "undetermined": { "log_ends": 1 } },
  "calls": [{ "call_id": "c1", "outcome": "no_answer", "verdict": "undetermined", "undetermined": { "why": "log_ends" } }],
  "pushes": [{ "call_id": "p1", "result": "unroutable" }, { "call_id": "p2", "result": "accepted" }]
}
