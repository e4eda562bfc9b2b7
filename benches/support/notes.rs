//! Outcomes of calls, and the header lines that go with them, as the servers and clients write them.

/// Outcomes and how many of a thousand calls end so.
pub(super) const OUTCOMES: [(&str, u32); 17] = [
    ("answered", 622),
    ("no_answer", 110),
    ("cancelled", 76),
    ("declined", 32),
    ("busy", 24),
    ("not_found", 20),
    ("do_not_disturb", 16),
    ("no_response", 14),
    ("federation_failed", 16),
    ("media_failed", 16),
    ("forbidden", 10),
    ("redirected", 10),
    ("server_error", 10),
    ("auth_failed", 8),
    ("not_acceptable", 6),
    ("rejected", 6),
    ("no_final", 4),
];

pub(super) const PROGRESS: &str = "ms-diagnostics: 13004;reason=\"Request was proxied to one or more registered endpoints\";source=\"FE01.CONTOSO.COM\";Count=\"1\";appName=\"InboundRouting\"";
pub(super) const PRIMARY: &str =
    "ms-diagnostics: 25008;reason=\"Attempting to route to Primary Pool\";source=\"FE01.CONTOSO.COM\"";
pub(super) const SILENT: &str =
    "ms-diagnostics: 0;reason=\"The client did not respond to the invitation\";source=\"fe01.contoso.com\"";
pub(super) const UNSUBSCRIBED: &str = "ms-diagnostics: 0;reason=\"The client did not respond to the invitation\";source=\"fe01.contoso.com\";info=\"No push subscription for target device\"";
pub(super) const ELSEWHERE: &str = "Reason: SIP;cause=200;text=\"Call completed elsewhere\"";
pub(super) const DISTURBED: &str = "Warning: 391 lcs \"Do not disturb\"";
pub(super) const MEDIA: [&str; 2] = [
    "ms-client-diagnostics: 22;reason=\"Call failed to establish due to a media connectivity failure when both endpoints are internal\"",
    "ms-client-diagnostics: 23;reason=\"Call failed to establish due to a media connectivity failure when one endpoint is internal and the other is remote\"",
];
pub(super) const ENCRYPTION: &str = "ms-client-diagnostics: 52017;reason=\"Encryption levels dont match\"";
pub(super) const FEDERATION: [&str; 4] = [
    "ms-diagnostics: 1008;reason=\"Unable to resolve DNS SRV record\";domain=\"fabrikam.com\";source=\"edge01.contoso.com\"",
    "ms-diagnostics: 1009;reason=\"No match for domain in DNS SRV results\";domain=\"fabrikam.com\";source=\"edge01.contoso.com\"",
    "ms-diagnostics: 1010;reason=\"Certificate trust with next-hop server could not be established.\";ErrorType=\"The peer certificate does not contain a matching FQDN\";HRESULT=\"0x80090322(SEC_E_WRONG_PRINCIPAL)\";source=\"edge01.contoso.com\"",
    "ms-diagnostics: 1047;reason=\"Failed to complete TLS negotiation with a federated peer server\";WinsockFailureCode=\"10054(WSAECONNRESET)\";source=\"edge01.contoso.com\"",
];
pub(super) const UNKNOWN: [&str; 2] = [
    "ms-diagnostics: 1003;reason=\"User does not exist\";source=\"fe01.contoso.com\"",
    "ms-diagnostics: 4005;reason=\"Destination URI either not enabled for SIP or does not exist\";source=\"fe01.contoso.com\"",
];
pub(super) const FORBIDDEN: [&str; 2] = [
    "ms-diagnostics: 12001;reason=\"User Policy does not contain phone route usage\";source=\"fe01.contoso.com\";appName=\"OutboundRouting\"",
    "ms-diagnostics: 1002;reason=\"From URI not authorized to communicate with federated partners\";source=\"fe01.contoso.com\"",
];
pub(super) const BROKEN: [(u16, &str); 3] = [
    (500, "ms-diagnostics: 1;reason=\"Service Unavailable\";source=\"fe01.contoso.com\""),
    (
        503,
        "ms-diagnostics: 5000;reason=\"One or more critical applications are not running\";source=\"fe01.contoso.com\"",
    ),
    (500, "ms-diagnostics: 5006;reason=\"Failed when constructing the outgoing request\";source=\"fe01.contoso.com\""),
];
