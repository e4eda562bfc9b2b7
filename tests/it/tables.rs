//! `siptrail export --as parquet` and `--as arrow`.

use crate::program::run;

#[test]
fn table_goes_with_tables_only() {
    let o = run(&["export", "--as", "sip", "--table", "calls", "samples"]);
    let err = String::from_utf8_lossy(&o.stderr).into_owned();
    assert!(o.status.code() == Some(2) && err.contains("--table goes with --as parquet"), "{err}");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_the_feature_the_error_says_how_to_build_with_it() {
    for form in ["parquet", "arrow"] {
        let o = run(&["export", "--as", form, "-o", "nowhere/at/all", "samples"]);
        let err = String::from_utf8_lossy(&o.stderr).into_owned();
        assert!(o.status.code() == Some(2) && o.stdout.is_empty(), "{err}");
        assert!(err.contains("cargo install --path . --features parquet"), "{err}");
    }
}
