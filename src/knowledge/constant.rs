//! Texts that are compiled in, kept in an index and read back: only such ones are taken.

use std::fmt;
use std::sync::LazyLock;

use hashbrown::HashMap;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::{catalogue, clients};

/// Such a text. By another name: of a `&'static str` serde would take that it is borrowed from what is read.
pub(crate) type Constant = &'static str;

/// Headers of the ms-diagnostics family, and those that join calls to a conversation.
const HEADERS: [&str; 9] = [
    "",
    "ms-diagnostics",
    "ms-diagnostics-public",
    "ms-client-diagnostics",
    "Ms-Conversation-ID",
    "ms-correlation-id",
    "Session-ID",
    "Replaces",
    "Referred-By",
];

static KNOWN: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let codes = catalogue::catalogue().iter().map(|finding| finding.code.as_str());
    codes.chain(clients::names()).chain(HEADERS).map(|text| (text, text)).collect()
});

/// A text that is compiled in.
struct Text(&'static str);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Text, D::Error> {
        struct Known;
        impl Visitor<'_> for Known {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text of the catalogue")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                KNOWN.get(text).map(|known| Text(known)).ok_or_else(|| E::custom("no text of the catalogue"))
            }
        }
        from.deserialize_str(Known)
    }
}

/// For `#[serde(with)]` on one text.
pub(crate) mod one {
    use super::{Deserialize, Deserializer, Serializer, Text};

    pub(crate) fn serialize<S: Serializer>(text: &&'static str, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
        Text::deserialize(from).map(|text| text.0)
    }
}

/// For `#[serde(with)]` on a list of them.
pub(crate) mod many {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Text};

    pub(crate) fn serialize<S: Serializer>(texts: &[&'static str], to: S) -> Result<S::Ok, S::Error> {
        texts.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<&'static str>, D::Error> {
        Vec::<Text>::deserialize(from).map(|texts| texts.into_iter().map(|text| text.0).collect())
    }
}
