//! The seed of a run: new each time, and the same again on demand.

use crate::say;
use std::env;
use std::time::SystemTime;

/// The seed in `PT_SEED`, decimal or hexadecimal, or one that was never used before. It is printed.
///
/// # Panics
/// If `PT_SEED` is not a number.
#[must_use]
pub fn seed(environment: &str) -> u64 {
    let seed = match env::var("PT_SEED") {
        Ok(text) => parse(&text).unwrap_or_else(|| panic!("PT_SEED={text} is not a number of 64 bits")),
        Err(_) => SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos() as u64),
    };
    say(format_args!("{environment}: PT_SEED={seed:#x}"));
    seed
}

fn parse(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn seeds_are_decimal_or_hexadecimal() {
        assert_eq!(parse("17"), Some(17));
        assert_eq!(parse("0xffffffffffffffff"), Some(u64::MAX));
        assert_eq!(parse("seed"), None);
    }
}
