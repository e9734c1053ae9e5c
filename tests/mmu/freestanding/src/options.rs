//! The options on an image's command line: words of the form `name=value`.

use core::fmt;

/// The options.
#[derive(Copy, Clone, Debug)]
pub struct Options<'a>(&'a str);

impl<'a> Options<'a> {
    /// Those of a command line. Words without `=` are left alone: some loaders put the name of the image first.
    #[must_use]
    pub const fn new(command_line: &'a str) -> Self {
        Self(command_line)
    }

    /// The value of the option `name`, if it is there.
    #[must_use]
    pub fn get(self, name: &str) -> Option<&'a str> {
        let mut pairs = self.0.split_ascii_whitespace().filter_map(|word| word.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The number that the option `name` has, decimal or hexadecimal, or `default`.
    ///
    /// # Errors
    /// [`NotANumber`] if it has a value that is none.
    pub fn number(self, name: &'static str, default: u64) -> Result<u64, NotANumber> {
        self.get(name).map_or(Ok(default), |value| parse(value).ok_or(NotANumber { name }))
    }
}

fn parse(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// An option whose value should be a number.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct NotANumber {
    /// The name of the option.
    pub name: &'static str,
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the option `{}` has to be a number", self.name)
    }
}
impl core::error::Error for NotANumber {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_found_by_their_name() {
        let options = Options::new("/path/to/image seed=17 plant=level first=0x1f");
        assert_eq!((options.number("seed", 1), options.get("plant")), (Ok(17), Some("level")));
        assert_eq!((options.number("count", 5), options.get("see")), (Ok(5), None));
        assert_eq!(options.number("first", 0), Ok(0x1f));
        assert_eq!(options.number("plant", 0), Err(NotANumber { name: "plant" }));
    }
}
