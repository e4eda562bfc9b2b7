//! Numbers that stand beside ms-diagnostics ids: result codes of the SIP proxy and of Windows, TLS alerts, event ids,
//! causes of the telephone network.

use std::sync::LazyLock;

use super::tables::rows;

/// One `Result-Code` or `HRESULT` of a record, or a Winsock error as its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResultCode {
    /// The number, where it is known and not that of another name.
    pub(crate) code: Option<u32>,
    /// Symbolic name.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) meaning: &'static str,
    /// Where it is documented.
    pub(crate) source: &'static str,
}

/// One TLS alert (RFC 8446 section 6): what the other side says when it breaks off a handshake.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TlsAlert {
    /// Its number.
    pub(crate) alert: u32,
    /// Its name in the standard.
    pub(crate) name: &'static str,
    /// Its name in Windows' headers, `-` for none.
    pub(crate) windows: &'static str,
    /// What Schannel makes of it.
    pub(crate) code: Option<u32>,
    /// What it means.
    pub(crate) meaning: &'static str,
    /// Where it is documented.
    pub(crate) source: &'static str,
}

/// One id of a server's event log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventId {
    /// Its number.
    pub(crate) id: u32,
    /// What it is called.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) meaning: &'static str,
    /// What to do, commands between backticks; may be empty.
    pub(crate) remedy: &'static str,
    /// Codes of entries that have to do with it, separated by blanks.
    pub(crate) see: &'static str,
    /// Where it is documented.
    pub(crate) source: &'static str,
}

/// One cause of the telephone network (ITU-T Q.850), in a `Reason` header (RFC 3326).
#[derive(Clone, Copy, Debug)]
pub(crate) struct GatewayCause {
    /// Its number, 1 to 127.
    pub(crate) cause: u32,
    /// What it is called.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) meaning: &'static str,
    /// What to do, commands between backticks; may be empty.
    pub(crate) remedy: &'static str,
    /// Where it is documented.
    pub(crate) source: &'static str,
}

static RESULT_CODES: LazyLock<Vec<ResultCode>> = LazyLock::new(|| {
    let all = rows(include_str!("result_codes.tsv")).chain(rows(include_str!("windows_codes.tsv")));
    all.filter_map(|row| match row[..] {
        [code, name, meaning, source] => {
            Some(ResultCode { code: u32::from_str_radix(code, 16).ok(), name, meaning, source })
        }
        _ => None,
    })
    .collect()
});

static ALERTS: LazyLock<Vec<TlsAlert>> = LazyLock::new(|| {
    rows(include_str!("tls_alerts.tsv"))
        .filter_map(|row| match row[..] {
            [alert, name, windows, code, meaning, source] => {
                let (alert, code) = (alert.parse().ok()?, u32::from_str_radix(code, 16).ok());
                Some(TlsAlert { alert, name, windows, code, meaning, source })
            }
            _ => None,
        })
        .collect()
});

static EVENTS: LazyLock<Vec<EventId>> = LazyLock::new(|| {
    rows(include_str!("events.tsv"))
        .filter_map(|row| match row[..] {
            [id, name, meaning, remedy, see, source] => {
                Some(EventId { id: id.parse().ok()?, name, meaning, remedy, see, source })
            }
            _ => None,
        })
        .collect()
});

static CAUSES: LazyLock<Vec<GatewayCause>> = LazyLock::new(|| {
    rows(include_str!("q850.tsv"))
        .filter_map(|row| match row[..] {
            [cause, name, meaning, remedy, source] => {
                Some(GatewayCause { cause: cause.parse().ok()?, name, meaning, remedy, source })
            }
            _ => None,
        })
        .collect()
});

/// All result codes.
pub(crate) fn result_codes() -> &'static [ResultCode] {
    &RESULT_CODES
}

/// A result code by its number.
pub(crate) fn result_code(code: u32) -> Option<&'static ResultCode> {
    RESULT_CODES.iter().find(|c| c.code == Some(code))
}

/// All TLS alerts.
pub(crate) fn tls_alerts() -> &'static [TlsAlert] {
    &ALERTS
}

/// All event ids.
pub(crate) fn event_ids() -> &'static [EventId] {
    &EVENTS
}

/// All causes of the telephone network.
#[cfg(test)]
pub(crate) fn gateway_causes() -> &'static [GatewayCause] {
    &CAUSES
}

/// A cause of the telephone network by its number.
pub(crate) fn gateway_cause(cause: u32) -> Option<&'static GatewayCause> {
    CAUSES.iter().find(|c| c.cause == cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with the wrong number of columns are left out; numbers are sorted, so none is there twice.
    #[test]
    fn every_row_is_read_sorted_sourced_and_alone() {
        let count = |table: &'static str| rows(table).count();
        let codes = count(include_str!("result_codes.tsv")) + count(include_str!("windows_codes.tsv"));
        assert_eq!(codes, result_codes().len());
        assert_eq!(count(include_str!("tls_alerts.tsv")), tls_alerts().len());
        assert_eq!(count(include_str!("events.tsv")), event_ids().len());
        assert_eq!(count(include_str!("q850.tsv")), gateway_causes().len());

        let mut numbers: Vec<u32> = result_codes().iter().filter_map(|c| c.code).collect();
        let mut names: Vec<&str> = result_codes().iter().map(|c| c.name).collect();
        for table in [include_str!("result_codes.tsv"), include_str!("windows_codes.tsv")] {
            let own: Vec<u32> = rows(table).filter_map(|r| u32::from_str_radix(r[0], 16).ok()).collect();
            assert!(own.windows(2).all(|w| w[0] < w[1]));
        }
        names.extend(tls_alerts().iter().map(|a| a.name));
        let before = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), before, "a number in two tables");
        let before = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), before, "a name twice");

        assert!(tls_alerts().windows(2).all(|w| w[0].alert < w[1].alert));
        assert!(event_ids().windows(2).all(|w| w[0].id < w[1].id));
        assert!(gateway_causes().windows(2).all(|w| w[0].cause < w[1].cause));
        assert!(gateway_causes().iter().all(|c| (1..=127).contains(&c.cause)));
        // What an alert is paired with is in the table of codes.
        assert!(tls_alerts().iter().filter_map(|a| a.code).all(|code| result_code(code).is_some()));
        let sourced = |source: &str| source.starts_with("https://");
        assert!(tls_alerts().iter().all(|a| sourced(a.source)) && event_ids().iter().all(|e| sourced(e.source)));
        assert!(gateway_causes().iter().all(|c| sourced(c.source) && !c.meaning.is_empty()));
        assert!(result_codes().iter().all(|c| (sourced(c.source) || c.source == "-") && !c.meaning.is_empty()));
        // The pairs that Windows documents.
        for (alert, code) in
            [(42, 0x8009_0327), (44, 0x8009_2010), (45, 0x8009_0328), (48, 0x8009_0325), (70, 0x8009_0302)]
        {
            assert!(tls_alerts().iter().any(|a| a.alert == alert && a.code == Some(code)), "{alert}");
        }
    }
}
