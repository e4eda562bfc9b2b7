# The INVITE that names the conversation comes first by time and stands in the last file; nine others of the call lie ahead of its
# REFER.
call call1 alice@contoso.com bob@contoso.com
call call2 bob@contoso.com carol@contoso.com
call call3 alice@contoso.com dave@contoso.com
--- fe01.log cls=pool01\fe01
08:30:01.010 in 192.0.2.103:50425 INVITE call1 via=a
08:30:01.020 out 192.0.2.41:50001 INVITE call1 via=fe,a
08:30:01.030 out 192.0.2.42:50001 INVITE call1 via=fe,a
08:30:01.040 out 192.0.2.43:50001 INVITE call1 via=fe,a
08:30:01.050 out 192.0.2.44:50001 INVITE call1 via=fe,a
08:30:01.060 out 192.0.2.45:50001 INVITE call1 via=fe,a
08:30:01.070 out 192.0.2.46:50001 INVITE call1 via=fe,a
08:30:01.080 out 192.0.2.47:50001 INVITE call1 via=fe,a
08:30:01.090 out 192.0.2.48:50001 INVITE call1 via=fe,a
08:30:05.000 in 192.0.2.41:50001 200 INVITE call1 via=fe,a
08:30:05.010 out 192.0.2.103:50425 200 INVITE call1 via=a
08:30:20.000 in 192.0.2.41:50001 INVITE call2 via=a
08:30:25.000 out 192.0.2.41:50001 200 INVITE call2 via=a
08:30:40.000 in 192.0.2.41:50001 REFER call1 cseq=2 tag=x via=a | Refer-To: <sip:carol@contoso.com?Replaces=call2%3Bto-tag%3Da%3Bfrom-tag%3Db>
--- fe02.log cls=pool01\fe02
08:30:01.000 in 192.0.2.103:50425 INVITE call1 via=a | Ms-Conversation-ID: AczTZ1abc
08:31:00.000 in 192.0.2.103:50426 INVITE call3 via=a | Ms-Conversation-ID: AczTZ1abc
08:31:05.000 out 192.0.2.103:50426 200 INVITE call3 via=a
--- expect
{
  "calls": [
    { "call_id": "call1", "conversation": "call1", "joined": [
      { "call_id": "call2", "header": "Replaces" }, { "call_id": "call3", "header": "Ms-Conversation-ID" }
    ] },
    { "call_id": "call2", "conversation": "call1" },
    { "call_id": "call3", "conversation": "call1", "joined": [{ "call_id": "call1", "header": "Ms-Conversation-ID" }] }
  ]
}
