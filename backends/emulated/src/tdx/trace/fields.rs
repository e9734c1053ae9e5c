//! The fields of one line, separated by blanks. A field that begins with `#` begins a comment.

use super::Malformed;

/// Reads a line field by field, and knows the column of each.
pub(super) struct Fields<'a> {
    line: &'a [u8],
    next: usize,
}

impl<'a> Fields<'a> {
    /// The fields of `line` from the byte `next` on.
    #[inline]
    pub const fn new(line: &'a [u8], next: usize) -> Self {
        Self { line, next }
    }

    /// Goes to where the next field begins.
    #[inline]
    fn skip_blanks(&mut self) -> usize {
        while self.line.get(self.next).copied().is_some_and(is_blank) {
            self.next += 1;
        }
        self.next
    }

    /// The next field and where it begins. It is empty at the end of the line, or where a comment begins.
    #[inline]
    pub fn word(&mut self) -> (usize, &'a [u8]) {
        let start = self.skip_blanks();
        if self.line.get(start) == Some(&b'#') {
            return (start, &[]);
        }
        let mut end = start;
        while self.line.get(end).is_some_and(|&byte| !is_blank(byte)) {
            end += 1;
        }
        self.next = end;
        (start, &self.line[start..end])
    }

    /// The next field, a hexadecimal number called `name`.
    #[inline]
    pub fn number(&mut self, name: &str) -> Result<u64, Malformed> {
        let start = self.skip_blanks();
        let (number, end) = leading_number(&self.line[start..]);
        match self.line.get(start + end) {
            None | Some(b' ' | b'\t') if (1..=16).contains(&end) => {
                self.next = start + end;
                Ok(number)
            }
            _ => self.unusual_number(name),
        }
    }

    /// A number with `0x` or many zeros before it, or none at all.
    #[cold]
    fn unusual_number(&mut self, name: &str) -> Result<u64, Malformed> {
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

/// The value of each hexadecimal digit.
const DIGITS: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    values
};
const NO_DIGIT: u8 = 0xff;

/// The number that the digits at the beginning of `text` write, and how many they are. More than 16 may not fit.
#[inline]
fn leading_number(text: &[u8]) -> (u64, usize) {
    let mut number = 0_u64;
    let mut digits = 0;
    for &byte in text {
        let value = DIGITS[usize::from(byte)];
        if value == NO_DIGIT {
            break;
        }
        number = number << 4 | u64::from(value);
        digits += 1;
    }
    (number, digits)
}

/// The number that `word` writes, `0x` before it or not.
#[inline]
pub(super) fn hexadecimal(word: &[u8]) -> Option<u64> {
    let digits = word.strip_prefix(b"0x").unwrap_or(word);
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    let (number, significant) = leading_number(&digits[zeros..]);
    (!digits.is_empty() && zeros + significant == digits.len() && significant <= 16).then_some(number)
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
        let mut fields = Fields::new(b"one #two three", 0);
        assert_eq!([fields.word().1, fields.word().1, fields.word().1], [&b"one"[..], b"", b""]);
    }

    #[test]
    fn numbers_are_fields_of_their_own() {
        let mut fields = Fields::new(b" 1f 0x20\t00000000000000000021 12g", 0);
        assert_eq!([fields.number("a"), fields.number("b"), fields.number("c")], [Ok(0x1f), Ok(0x20), Ok(0x21)]);
        let error = fields.number("the fourth").unwrap_err();
        assert_eq!((error.column, error.found.as_str()), (31, "`12g`"));
        assert!(Fields::new(b"10000000000000000", 0).number("too long").is_err());
        assert!(Fields::new(b"", 0).number("none").is_err());
    }
}
