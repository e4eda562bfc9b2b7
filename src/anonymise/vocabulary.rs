//! Words that belong to the log and not to anybody: they are replaced only where they are surely a name.

use hashbrown::HashSet;

use super::atoms::atoms;

/// What causes, statuses and results are told by, and the data they are compiled from.
const TEXTS: [&str; 11] = [
    include_str!("../knowledge/catalogue.toml"),
    include_str!("../knowledge/clients.tsv"),
    include_str!("../knowledge/diagnostics.tsv"),
    include_str!("../knowledge/events.tsv"),
    include_str!("../knowledge/q850.tsv"),
    include_str!("../knowledge/result_codes.tsv"),
    include_str!("../knowledge/sip_status.tsv"),
    include_str!("../knowledge/tls_alerts.tsv"),
    include_str!("../knowledge/windows_codes.tsv"),
    include_str!("../knowledge/words.tsv"),
    "begin record end outgoing incoming internal external edge local source destination request response start line \
     message type body direction peer sip sips tls tcp udp via from to contact call id cseq branch tag epid transport \
     lr gruu opaque user phone automata actor attendant text audio video image application xml html plain utf ocslogger \
     siputils uccapi server client front backend pool director mediation push mobile test admin info http https www \
     instance urn uuid schema schemas true false invite ack bye cancel options register subscribe notify benotify service \
     isoutsidevoiceb2b update refer prack publish negotiate ntlm kerberos digest",
];

/// All of them in lower case.
pub(super) fn vocabulary() -> HashSet<Vec<u8>> {
    let mut out = HashSet::new();
    for text in TEXTS {
        let bytes = text.as_bytes();
        out.extend(atoms(bytes).map(|a| bytes[a].to_ascii_lowercase()));
    }
    out
}
