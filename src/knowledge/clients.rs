//! Clients and services by the tokens of their `Server` and `User-Agent`: `clients.tsv`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::tables::rows;

/// What kind of thing a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A phone: it may be away when a call comes.
    Phone,
    /// A tablet, which is to pushes what a phone is.
    Tablet,
    /// A client on a desk, or a desk phone.
    Desktop,
    /// A server application, which speaks for others.
    Service,
}

/// Who serves a mobile client, and so decides whether it gets pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServedBy {
    /// The mobility service of Lync 2010, which Lync 2013 and Skype for Business 2015 still have.
    Mcx,
    /// UCWA of Lync 2013.
    Ucwa2013,
    /// UCWA of Skype for Business Server 2015.
    Ucwa2015,
    /// UCWA of Skype for Business Server 2019 and of the Subscription Edition.
    Ucwa2019,
}

/// Whether a client gets pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushes {
    /// It is not served that way.
    Unserved,
    /// Never: it keeps running, or asks by itself.
    Never,
    /// Always.
    Always,
    /// From a major version of the client on.
    From(u32),
    /// As `From`, if the server is recent enough, which no trace tells.
    FromIfUpdated(u32),
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    /// In lower case; where it ends with `*`, the beginning of a word.
    pub(crate) token: &'static str,
    /// For people.
    pub(crate) name: &'static str,
    /// What it stands for.
    pub(crate) kind: Kind,
    /// `P` page excerpt, `R` read in a public repository, `I` inferred.
    #[cfg_attr(not(test), expect(dead_code, reason = "how sure a row is, for who reads the table"))]
    pub(crate) mark: &'static str,
    /// Where it is documented.
    pub(crate) source: &'static str,
    pushes: [Pushes; 4],
}

impl Client {
    /// Whether it gets pushes when served so.
    pub(crate) fn pushes(&self, by: ServedBy) -> Pushes {
        match by {
            ServedBy::Mcx => self.pushes[0],
            ServedBy::Ucwa2013 => self.pushes[1],
            ServedBy::Ucwa2015 => self.pushes[2],
            ServedBy::Ucwa2019 => self.pushes[3],
        }
    }

    /// Whether it is a phone or tablet, or the mobility service that speaks for one.
    pub(crate) fn is_mobile(&self) -> bool {
        matches!(self.kind, Kind::Phone | Kind::Tablet) || self.is_mobility_service()
    }

    /// Kind, and from which servers it gets pushes, in a sentence or two.
    pub(crate) fn in_words(&self) -> String {
        let kind = match self.kind {
            Kind::Phone => "A phone.",
            Kind::Tablet => "A tablet.",
            Kind::Desktop => "A client or device on a desk; no pushes.",
            Kind::Service if self.is_mobility_service() => "The mobility service, which speaks for phones.",
            Kind::Service => "A server application; no pushes.",
        };
        if !matches!(self.kind, Kind::Phone | Kind::Tablet) {
            return kind.to_owned();
        }
        let servers =
            ["MCX (Lync 2010)", "Lync Server 2013", "Skype for Business 2015", "2019 and the Subscription Edition"];
        let told = servers.iter().zip(&self.pushes).filter_map(|(server, pushes)| {
            let told = match pushes {
                Pushes::Unserved => return None,
                Pushes::Never => "never".to_owned(),
                Pushes::Always => "always".to_owned(),
                Pushes::From(major) => format!("from version {major} on"),
                Pushes::FromIfUpdated(major) => {
                    format!("from version {major} on, if the server is recent enough, which no trace tells")
                }
            };
            Some(format!("{server} {told}"))
        });
        format!("{kind} Pushes from {}.", told.collect::<Vec<_>>().join("; "))
    }

    /// Whether it speaks for phones.
    pub(crate) fn is_mobility_service(&self) -> bool {
        self.kind == Kind::Service && self.pushes.iter().any(|p| *p != Pushes::Unserved)
    }
}

static CLIENTS: LazyLock<Vec<Client>> = LazyLock::new(|| {
    let of = |row: Vec<&'static str>| match row[..] {
        [token, name, kind, mcx, y2013, y2015, y2019, mark, source] => {
            let kind = match kind {
                "phone" => Kind::Phone,
                "tablet" => Kind::Tablet,
                "desktop" => Kind::Desktop,
                "service" => Kind::Service,
                _ => return None,
            };
            let pushes = [pushes(mcx)?, pushes(y2013)?, pushes(y2015)?, pushes(y2019)?];
            Some(Client { token, name, kind, mark, source, pushes })
        }
        _ => None,
    };
    rows(include_str!("clients.tsv")).filter_map(of).collect()
});

fn pushes(cell: &str) -> Option<Pushes> {
    Some(match cell {
        "-" => Pushes::Unserved,
        "no" => Pushes::Never,
        "yes" => Pushes::Always,
        _ => match cell.strip_suffix('?') {
            Some(major) => Pushes::FromIfUpdated(major.parse().ok()?),
            None => Pushes::From(cell.parse().ok()?),
        },
    })
}

static TOKENS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = CLIENTS.iter().map(|c| c.token.trim_end_matches('*'));
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
});

/// All rows, in their order.
pub(crate) fn clients() -> &'static [Client] {
    &CLIENTS
}

/// The names for people.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    CLIENTS.iter().map(|client| client.name)
}

/// A row by its token.
pub(crate) fn find(token: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|c| c.token.trim_end_matches('*').eq_ignore_ascii_case(token))
}

/// Every row whose token stands in a product string, with the place behind the token.
pub(crate) fn in_product(value: &[u8]) -> impl Iterator<Item = (&'static Client, usize)> {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || b"_.-".contains(b);
    let found = TOKENS.as_ref().map(|all| all.find_overlapping_iter(value));
    found.into_iter().flatten().filter_map(move |m| {
        let client = CLIENTS.get(m.pattern().as_usize())?;
        let begins = m.start() == 0 || value.get(m.start() - 1).is_none_or(|b| !is_word(b));
        let ends = client.token.ends_with('*') || value.get(m.end()).is_none_or(|b| !is_word(b));
        (begins && ends).then_some((client, m.end()))
    })
}

/// The ports on which the mobility service listens for SIP: MCX on 5086 and 5087 (`McxSipPrimaryListeningPort`,
/// `McxSipExternalListeningPort`), UCWA on 5089 and 5088. A leg that never answered is still known to be mobile, as
/// long as no client names itself.
/// Source: Deploy and Configure Mobility, <https://learn.microsoft.com/en-us/skypeforbusiness/deploy/deploy-and-configure-mobility>.
pub(crate) const MOBILITY_PORTS: [&str; 4] = ["5086", "5087", "5088", "5089"];

/// Those of them on which UCWA listens, behind which also Macs are.
pub(crate) const UCWA_PORTS: [&str; 2] = ["5088", "5089"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_stands_in_order() {
        assert_eq!(rows(include_str!("clients.tsv")).count(), clients().len());
        let rank = |c: &Client| match c.kind {
            Kind::Phone | Kind::Tablet => 0,
            Kind::Desktop => 1,
            Kind::Service if c.is_mobility_service() => 2,
            Kind::Service => 3,
        };
        assert!(clients().windows(2).all(|w| (rank(&w[0]), w[0].token) < (rank(&w[1]), w[1].token)));
        assert!(clients().iter().all(|c| ["P", "R", "I"].contains(&c.mark)));
        assert!(clients().iter().all(|c| c.token == c.token.to_ascii_lowercase() && !c.source.is_empty()));
    }

    #[test]
    fn tokens_are_whole_words() {
        let tokens = |text: &str| in_product(text.as_bytes()).map(|(c, _)| c.token).collect::<Vec<_>>();
        assert_eq!(tokens("RTCC/7.0.0.0 UCWA/7.0.0.0 AndroidLync/6.25.0.27"), ["rtcc", "ucwa", "androidlync"]);
        assert_eq!(tokens("MCXService/3.5 communicator.NOKIAS60R2.JVP/1.0"), ["mcxservice", "communicator.nokia*"]);
        assert_eq!(tokens("OCS OCPhone/4 xOC/1 oc-1 artcc"), ["ocphone"]);
        assert_eq!(tokens(&"/".repeat(2000)), Vec::<&str>::new());
    }
}
