//! Layouts: which bits of a format are what at one level, as constants.
//!
//! A declaration implements [`HasLayout`] once a (format, level), and everything else of a format once for all
//! levels in terms of it. The constants end up in the instructions: nothing of a layout is looked up at run time,
//! except for drawings and debug output.

use crate::format::{EntryFormat, FieldClass, FieldInfo};
use crate::rule::Rule;
use crate::span::Span;
use crate::writers::Writers;
use core::fmt;

/// The bits of a format at one level. Masks are in place.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Every described field, lowest bit first.
    pub fields: &'static [FieldInfo],
    /// See [`EntryFormat::FRAME`].
    pub frame: u64,
    /// See [`EntryFormat::HARDWARE`].
    pub hardware: u64,
    /// See [`EntryFormat::RESERVED`].
    pub reserved: u64,
    /// See [`EntryFormat::RESERVED_ONES`].
    pub reserved_ones: u64,
    /// See [`EntryFormat::ACCESSED`].
    pub accessed: u64,
    /// See [`EntryFormat::DIRTY`].
    pub dirty: u64,
    /// A new entry: the declared defaults and the bits that must be one. Its frame is zero.
    pub template: u64,
}

/// A format at a level where it occurs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not occur",
    label = "the format is not declared for this level",
    note = "the declaration says at which levels a format occurs: `#[entry(…, levels(…))]`"
)]
pub trait HasLayout: 'static {
    /// What its bits are there.
    const LAYOUT: Layout;
    /// The spans that its leaves can be part of.
    const SPAN: Option<Span> = None;
    /// What an entry that is present may not be there, beside wrong reserved bits. Those that make it count as not
    /// present come first.
    const RULES: &'static [Rule] = &[];
    /// Who writes which of its bits, where the declaration says so.
    const WRITERS: Writers = Writers::NONE;
}

/// The format of a leaf whose attributes, all that it says beside its frame, are the struct `A`.
pub trait LeafFormat<A>: EntryFormat {
    /// The attributes of this leaf. A field that the level lacks has its default, and so has one whose bits are
    /// none of the declared values.
    fn attributes(self) -> A;

    /// The entry of a leaf with these attributes, its frame zero. A field that the level lacks is left out.
    fn template(attributes: &A) -> u64;
}

impl Layout {
    /// Writes an entry with the named fields that it has.
    ///
    /// # Errors
    /// What the formatter returns.
    pub fn debug(&self, name: &str, entry: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = f.debug_struct(name);
        for field in self.fields.iter().filter(|field| !field.name.is_empty()) {
            let value = match field.class {
                FieldClass::Reserved | FieldClass::Tag | FieldClass::Ignored => continue,
                FieldClass::Frame => entry & field.mask,
                FieldClass::Value | FieldClass::Hardware | FieldClass::Software => field.extract(entry),
            };
            output.field(field.name, &format_args!("{value:#x}"));
        }
        output.finish()
    }
}

macro_rules! constructors {
    ($($name:ident $class:ident $text:literal;)*) => {
        impl FieldInfo {$(
            #[doc = $text]
            #[must_use]
            pub const fn $name(name: &'static str, mask: u64) -> Self {
                Self { name, mask, class: FieldClass::$class }
            }
        )*}
    };
}
constructors! {
    value Value "A field that the owner of the table chooses.";
    frame Frame "The field of the frame.";
    tag Tag "A field that tells shapes apart.";
    hardware Hardware "A field that the CPU writes.";
    software Software "A field that is free for software.";
    ignored Ignored "A field that the CPU ignores.";
    reserved Reserved "A field that must have one value.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_named_fields_of_an_entry() {
        struct Shown(u64);
        impl fmt::Debug for Shown {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                const FIELDS: &[FieldInfo] = &[
                    FieldInfo::value("read", 1),
                    FieldInfo::reserved("", 2),
                    FieldInfo::value("kind", 0x30),
                    FieldInfo::tag("size", 0x80),
                    FieldInfo::frame("frame", 0xf000),
                ];
                let layout = Layout {
                    fields: FIELDS,
                    frame: 0xf000,
                    hardware: 0,
                    reserved: 0x82,
                    reserved_ones: 0x80,
                    accessed: 0,
                    dirty: 0,
                    template: 0x80,
                };
                layout.debug("Shown", self.0, f)
            }
        }
        let mut text = [0; 64];
        let mut written = Cursor { text: &mut text, at: 0 };
        fmt::write(&mut written, format_args!("{:?}", Shown(0x30a1))).expect("it fits");
        let at = written.at;
        assert_eq!(core::str::from_utf8(&text[..at]), Ok("Shown { read: 0x1, kind: 0x2, frame: 0x3000 }"));
    }

    struct Cursor<'a> {
        text: &'a mut [u8],
        at: usize,
    }

    impl fmt::Write for Cursor<'_> {
        fn write_str(&mut self, s: &str) -> fmt::Result {
            let end = self.at + s.len();
            self.text.get_mut(self.at..end).ok_or(fmt::Error)?.copy_from_slice(s.as_bytes());
            self.at = end;
            Ok(())
        }
    }
}
