//! The Content-Security-Policy of the page.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// Nothing is loaded from anywhere; of styles and scripts only the given ones count, whatever else got in.
pub(super) fn policy(styles: &[&str], script: &str) -> String {
    let styles: Vec<String> = styles.iter().map(|style| format!("'{}'", hash(style))).collect();
    format!(
        "default-src 'none'; style-src {}; script-src '{}'; base-uri 'none'; form-action 'none'",
        styles.join(" "),
        hash(script)
    )
}

/// The source expression of an inline text (Content Security Policy Level 3, section 2.3.1).
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_hash_is_that_of_the_standard() {
        // The example of Content Security Policy Level 3, section 8.4.
        let expected = "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=";
        assert_eq!(super::hash("alert('Hello, world.');"), expected);
    }
}
