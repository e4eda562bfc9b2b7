//! What a client or server calls itself in `Server` or `User-Agent`.

use super::clients::{self, Client, Kind, Pushes, ServedBy};

/// What a client or server calls itself, as far as it matters for pushes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
#[non_exhaustive]
pub struct Product {
    /// Name for people: `Lync Mobile, Windows Phone 4.1.7947.0 (SAMSUNG SGH-i937)`.
    pub name: String,
    /// True for a mobile endpoint or the mobility service that speaks for it.
    pub mobile: bool,
    /// False for a client that is known to get no pushes from its server. Where version or server are not told, true.
    pub pushes: bool,
    /// True where the client gets pushes if its server is recent enough, which no trace tells.
    pub unsure: bool,
    /// True for a client on a desk.
    pub desktop: bool,
    /// True for the mobility service that does not name the phone it speaks for.
    pub service: bool,
    /// Served by UCWA.
    pub ucwa: bool,
    /// Name of a mobile platform without version; empty for others.
    #[serde(with = "super::constant::one")]
    pub platform: super::constant::Constant,
}

/// The newest major version of the mobile clients, and of UCWA and the server platform (RTCC), that is known.
const NEWEST: (u32, u32) = (6, 7);
/// So much of a name is shown; one that is longer was not written by a product.
const LONGEST: usize = 120;

impl Product {
    /// Whether a product string names a mobile endpoint.
    pub fn is_mobile(value: &[u8]) -> bool {
        Named::of(value).is_some_and(|n| n.client.is_mobile())
    }

    /// Whether a product string names a desktop that UCWA serves, as a Mac is.
    pub fn is_desktop_behind_ucwa(value: &[u8]) -> bool {
        Named::of(value).is_some_and(|n| n.client.kind == Kind::Desktop && n.ucwa)
    }

    /// Whether a product string names a phone or tablet (true) or a client on a desk (false); `None` where it names no client.
    pub fn client(value: &[u8]) -> Option<bool> {
        Named::of(value).and_then(|n| match n.client.kind {
            Kind::Phone | Kind::Tablet => Some(true),
            Kind::Desktop => Some(false),
            Kind::Service => None,
        })
    }

    /// Whether a product string names the mobility service and no client behind it.
    pub fn is_mobility_service(value: &[u8]) -> bool {
        Named::of(value).is_some_and(|n| n.client.is_mobility_service())
    }

    /// Reads a product string; the device is named where the string has it.
    pub fn parse(value: &[u8]) -> Product {
        let text = crate::text::decode(value);
        let Some(named) = Named::of(text.as_bytes()) else {
            return Product { name: plain(&text), ..Product::default() };
        };
        let Named { client, end, by, ucwa } = named;
        let desktop = client.kind == Kind::Desktop;
        // Servers and clients of old are told as they call themselves, a Mac by its name: it looks like a phone.
        if !(client.is_mobile() || desktop && ucwa) {
            return Product { name: plain(&text), desktop, ucwa, ..Product::default() };
        }
        let tail = text.get(end..).unwrap_or_default();
        let version: String = tail
            .strip_prefix('/')
            .unwrap_or_default()
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .take(24)
            .collect();
        let major = version.split('.').next().and_then(|m| m.parse::<u32>().ok());
        let mut name = client.name.to_owned();
        if !version.is_empty() {
            name = format!("{name} {version}");
        }
        if let Some(device) = device(tail, ucwa) {
            name = format!("{name} ({})", device.trim().chars().take(60).collect::<String>());
        }
        let phone = matches!(client.kind, Kind::Phone | Kind::Tablet);
        let newest = if phone { NEWEST.0 } else { NEWEST.1 };
        if client.is_mobile() && major.is_some_and(|m| m > newest) {
            name = format!("{name}, newer than any known, taken for version {newest}");
        }
        if desktop {
            return Product { name, desktop, ucwa, ..Product::default() };
        }
        let (pushes, unsure) = match client.pushes(by.unwrap_or_else(|| usual(major))) {
            Pushes::Never => (false, false),
            Pushes::From(from) => (major.is_none_or(|m| m >= from), false),
            Pushes::FromIfUpdated(from) => (major.is_none_or(|m| m >= from), true),
            Pushes::Always | Pushes::Unserved => (true, false),
        };
        // Clients from 6.0 on get pushes on servers that are recent enough; that this one gets none is never sure.
        let old = major.is_none_or(|m| m < NEWEST.0);
        let (pushes, unsure) = if old || client.pushes(ServedBy::Ucwa2019) == Pushes::Never {
            (pushes, unsure)
        } else {
            (true, unsure || !pushes)
        };
        Product { name, mobile: true, pushes, unsure, desktop, service: !phone, ucwa, platform: client.name }
    }
}

/// As it stands in the log, cut where it is no name any more.
fn plain(text: &str) -> String {
    text.trim().chars().take(LONGEST).collect()
}

/// Who served a client of a version where its string does not tell.
fn usual(major: Option<u32>) -> ServedBy {
    if major.is_some_and(|m| m >= NEWEST.0) { ServedBy::Ucwa2019 } else { ServedBy::Mcx }
}

/// The device behind a token: `(Microsoft Windows CE 7.10.7720; SAMSUNG SGH-i937 2103.11.10.1)` is system, device and
/// its firmware; UCWA also writes device and system in one, `(SM-G930U Android 8.0.0)`.
fn device(tail: &str, ucwa: bool) -> Option<&str> {
    let inside = tail.split_once('(')?.1;
    let inside = inside.split_once(')')?.0;
    let device = inside.split_once(';').map(|(_, device)| device);
    device.or(Some(inside).filter(|_| ucwa)).filter(|d| !d.trim().is_empty())
}

/// The client of a product string, and who serves it.
struct Named {
    client: &'static Client,
    /// Behind its token.
    end: usize,
    by: Option<ServedBy>,
    ucwa: bool,
}

impl Named {
    fn of(value: &[u8]) -> Option<Named> {
        let all: Vec<(&'static Client, usize)> = clients::in_product(value).take(16).collect();
        let order = |c: &Client| clients::clients().iter().position(|o| o.token == c.token);
        let (client, end) = all.iter().copied().min_by_key(|(c, end)| (order(c), *end))?;
        let major = |token: &str| {
            let (_, end) = all.iter().find(|(c, _)| c.token == token)?;
            let digits = value.get(*end..)?.strip_prefix(b"/")?;
            let digits = digits.split(|b| !b.is_ascii_digit()).next()?;
            std::str::from_utf8(digits).ok()?.parse::<u32>().ok()
        };
        let has = |token: &str| all.iter().any(|(c, _)| c.token == token);
        let ucwa = has("ucwa");
        // What a server calls itself in RTCC: 4 is Lync 2010, 5 is 2013, 6 is 2015, 7 is 2019 (inferred).
        let generation = || major("ucwa").or_else(|| major("rtcc"));
        let by = match () {
            () if has("mcxservice") && !ucwa => Some(ServedBy::Mcx),
            () if !ucwa => None,
            () => match generation() {
                Some(..6) => Some(ServedBy::Ucwa2013),
                Some(6) => Some(ServedBy::Ucwa2015),
                Some(_) => Some(ServedBy::Ucwa2019),
                None => None,
            },
        };
        Some(Named { client, end, by, ucwa })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Product string; name; mobile, pushes, unsure.
    #[test]
    fn products() {
        let ucwa7 = "RTCC/7.0.0.0 UCWA/7.0.0.0";
        for (value, name, told) in [
            (
                "RTCC/4.0.0.0 McxService/4.0.0.0 WPLync/4.1.7947.0 (Microsoft Windows CE 7.10.7720; SAMSUNG SGH-i937 2103.11.10.1)",
                "Lync Mobile, Windows Phone 4.1.7947.0 (SAMSUNG SGH-i937 2103.11.10.1)",
                [true, true, false],
            ),
            (
                "RTCC/3.5.0.0 MCXService/3.5.0.0 communicator.NOKIAS60R2.JVP.EN_US/1.0.6875.0",
                "Communicator Mobile, Nokia",
                [true, false, false],
            ),
            (
                "RTCC/4.0.0.0 McxService/4.0.0.0 iPhoneLync/4.1 (iPhone_iOS_5)",
                "Lync Mobile, iPhone 4.1",
                [true, true, false],
            ),
            (
                "RTCC/4.0.0.0 McxService/4.0.0.0 AndroidLync/4.0.6509",
                "Lync Mobile, Android 4.0.6509",
                [true, false, false],
            ),
            ("UCWA/5.0.0.0 iPhoneLync/5.0.8308.0", "Lync Mobile, iPhone 5.0.8308.0", [true, false, false]),
            ("RTCC/5.0.0.0 UCWA/5.0.0.0 AndroidLync/5.1 (A; B)", "Lync Mobile, Android 5.1 (B)", [true, false, false]),
            (
                &format!("{ucwa7} AndroidLync/6.25.0.27 (SM-G930U Android 8.0.0)"),
                "Lync Mobile, Android 6.25.0.27 (SM-G930U Android 8.0.0)",
                [true, true, false],
            ),
            (
                &format!("{ucwa7} iPhoneLync/6.26.1 (iOS 14.4; iPhone 12)"),
                "Lync Mobile, iPhone 6.26.1 (iPhone 12)",
                [true, true, false],
            ),
            (&format!("{ucwa7} iPadLync/5.8"), "Lync Mobile, iPad 5.8", [true, false, false]),
            ("RTCC/6.0.0.0 UCWA/6.0.0.0 iPhoneLync/6.20", "Lync Mobile, iPhone 6.20", [true, true, true]),
            // Such a client on a server that sends it none: that is not its design.
            ("RTCC/5.0.0.0 UCWA/5.0.0.0 iPhoneLync/6.20", "Lync Mobile, iPhone 6.20", [true, true, true]),
            ("iPhoneLync/6.20", "Lync Mobile, iPhone 6.20", [true, true, false]),
            (&format!("{ucwa7} AndroidLync/x.y"), "Lync Mobile, Android", [true, true, false]),
            (
                "RTCC/9.0.0.0 UCWA/9.0.0.0 AndroidLync/7.1 (Pixel)",
                "Lync Mobile, Android 7.1 (Pixel), newer than any known, taken for version 6",
                [true, true, false],
            ),
            (
                &format!("{ucwa7} AndroidLync/99999999999999999999"),
                "Lync Mobile, Android 99999999999999999999",
                [true, true, false],
            ),
            (ucwa7, "UCWA endpoint 7.0.0.0", [true, true, false]),
            (
                &format!("{ucwa7} LyncForMac/16.29.57 (Mac OS X)"),
                "Skype for Business, Mac 16.29.57 (Mac OS X)",
                [false; 3],
            ),
            (
                "UCCAPI/4.0.7577.0 OC/4.0.7577.0 (Microsoft Lync 2010)",
                "UCCAPI/4.0.7577.0 OC/4.0.7577.0 (Microsoft Lync 2010)",
                [false; 3],
            ),
            ("RTC/4.0", "RTC/4.0", [false; 3]),
            ("ContosoBot/2.1", "ContosoBot/2.1", [false; 3]),
        ] {
            let product = Product::parse(value.as_bytes());
            assert_eq!(
                (product.name.as_str(), [product.mobile, product.pushes, product.unsure]),
                (name, told),
                "{value}"
            );
            assert_eq!(Product::is_mobile(value.as_bytes()), product.mobile, "{value}");
            let mac = Product::is_desktop_behind_ucwa(value.as_bytes());
            assert_eq!(mac, product.desktop && product.ucwa, "{value}");
        }
        assert!(Product::parse(format!("{ucwa7} LyncForMac/16").as_bytes()).desktop);
        let long = Product::parse("AndroidLync/6 (".repeat(400).as_bytes());
        assert!(long.name.len() < 200 && long.pushes);
        assert_eq!(Product::parse("x".repeat(5000).as_bytes()).name.len(), LONGEST);
    }
}
