//! The fields of one line, separated by blanks.

use super::Malformed;

/// Reads a line field by field, and knows the column of each.
pub(super) struct Fields<'a> {
    line: &'a [u8],
    next: usize,
}

impl<'a> Fields<'a> {
    /// The fields of `line` from the byte `next` on.
    pub fn new(line: &'a [u8], next: usize) -> Self {
        Self { line, next }
    }

    /// The next field and where it begins. It is empty at the end of the line.
    #[inline]
    pub fn word(&mut self) -> (usize, &'a [u8]) {
        let rest = &self.line[self.next..];
        let blanks = rest.iter().take_while(|&&byte| is_blank(byte)).count();
        let word = &rest[blanks..];
        let length = word.iter().take_while(|&&byte| !is_blank(byte)).count();
        let start = self.next + blanks;
        self.next = start + length;
        (start, &word[..length])
    }

    /// The next field, a hexadecimal number called `name`.
    #[inline]
    pub fn number(&mut self, name: &str) -> Result<u64, Malformed> {
        let (start, word) = self.word();
        hexadecimal(word)
            .ok_or_else(|| Malformed::at(start + 1, word, format!("{name}, a hexadecimal number of up to 64 bits")))
    }

    /// The next field, `name=` and a decimal number of `allowed`.
    pub fn setting(&mut self, name: &str, allowed: core::ops::RangeInclusive<u8>) -> Result<u8, Malformed> {
        let (start, word) = self.word();
        let value = word.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        let value = value.and_then(|digits| str::from_utf8(digits).ok()).and_then(|digits| digits.parse().ok());
        value.filter(|value| allowed.contains(value)).ok_or_else(|| {
            let (least, most) = allowed.into_inner();
            Malformed::at(start + 1, word, format!("`{name}=` and a decimal number from {least} to {most}"))
        })
    }

    /// Nothing may follow.
    #[inline]
    pub fn end(&mut self, expected: &str) -> Result<(), Malformed> {
        match self.word() {
            (_, []) => Ok(()),
            (start, word) => Err(Malformed::at(start + 1, word, expected)),
        }
    }
}

#[inline]
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The number that `digits` write, `0x` before them or not.
#[inline]
pub(super) fn hexadecimal(digits: &[u8]) -> Option<u64> {
    let digits = digits.strip_prefix(b"0x").unwrap_or(digits);
    if digits.is_empty() {
        return None;
    }
    let mut number = 0_u64;
    for &digit in digits {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => return None,
        };
        if number >> 60 != 0 {
            return None;
        }
        number = number << 4 | u64::from(value);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_hexadecimal_of_up_to_64_bits() {
        for (digits, number) in [
            (&b"0"[..], Some(0)),
            (b"0x1F", Some(31)),
            (b"ffffffffffffffff", Some(u64::MAX)),
            (b"00000000000000000000001", Some(1)),
            (b"10000000000000000", None),
            (b"", None),
            (b"0x", None),
            (b"12g", None),
            (b"-1", None),
        ] {
            assert_eq!(hexadecimal(digits), number, "{}", String::from_utf8_lossy(digits));
        }
    }

    #[test]
    fn fields_know_their_columns() {
        let mut fields = Fields::new(b"  one\t two ", 0);
        assert_eq!(fields.word(), (2, &b"one"[..]));
        assert_eq!(fields.word(), (7, &b"two"[..]));
        assert_eq!(fields.word(), (11, &b""[..]));
        assert_eq!(fields.word(), (11, &b""[..]));
    }
}
