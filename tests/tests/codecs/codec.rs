//! A manual's table of one format at one level, and the comparison with the declaration.

use pt_core::format::FieldClass;
use pt_core::{Bits, EntryFormat, Hpa};
use pt_plan::Random;
use std::ops::RangeInclusive;

/// A run of bits, as in the manuals both ends in it.
pub type Run = RangeInclusive<u32>;

/// One field, as the manual has it.
pub struct Field<E> {
    pub name: &'static str,
    /// The lowest bits of the value first.
    pub bits: Vec<Run>,
    /// What the value is shifted by: of a frame, the lowest address bit that is stored.
    pub shift: u32,
    /// The value in an entry, or `None` if it is none of those that have a name.
    pub read: fn(E) -> Option<u64>,
    /// The entry with this value, or `None` if it cannot have it.
    pub write: fn(E, u64) -> Option<E>,
}

/// All of a format at one level.
pub struct Table<E> {
    pub fields: Vec<Field<E>>,
    /// Bits that are one in this shape, and bits that are zero: what tells it from others, and what is reserved.
    pub ones: Vec<Run>,
    pub zeroes: Vec<Run>,
    /// Bits without a meaning: ignored, or free for software.
    pub free: Vec<Run>,
    /// Values that a field has no name for.
    pub nameless: Vec<(&'static str, u64)>,
}

/// Lists the fields of a format: `getter, with_…, [bits]`, and `<< shift` for an address.
macro_rules! table {
    (
        $entry:ty {
            $($name:ident $with:ident [$($run:expr),+] $(<< $shift:literal)?;)*
        }
        $($kind:ident [$($bits:expr),*])*
    ) => {{
        #[allow(unused_mut, reason = "not every format has bits of each kind")]
        let mut table = $crate::codec::Table::<$entry> {
            fields: vec![$($crate::codec::Field {
                name: stringify!($name),
                bits: vec![$($run),+],
                shift: 0 $(+ $shift)?,
                read: |entry| $crate::codec::Read::read(entry.$name()),
                write: |entry, value| $crate::codec::Written::entry(
                    entry.$with($crate::codec::Value::from_raw(value)?)
                ),
            }),*],
            ones: vec![],
            zeroes: vec![],
            free: vec![],
            nameless: vec![],
        };
        $(table.$kind = vec![$($bits),*];)*
        table
    }};
}
pub(crate) use table;

/// What a getter returns.
pub trait Read {
    fn read(self) -> Option<u64>;
}

/// What a `with_` takes.
pub trait Value: Sized {
    fn from_raw(value: u64) -> Option<Self>;
}

/// What a `with_` returns.
pub trait Written<E> {
    fn entry(self) -> Option<E>;
}

impl Read for bool {
    fn read(self) -> Option<u64> {
        Some(self.into())
    }
}
impl Value for bool {
    fn from_raw(value: u64) -> Option<Self> {
        Some(value != 0)
    }
}
impl<const N: u32> Read for Bits<N> {
    fn read(self) -> Option<u64> {
        Some(self.get())
    }
}
impl<const N: u32> Value for Bits<N> {
    fn from_raw(value: u64) -> Option<Self> {
        Self::new(value)
    }
}
impl Read for Hpa {
    fn read(self) -> Option<u64> {
        Some(self.as_u64())
    }
}
impl Value for Hpa {
    fn from_raw(value: u64) -> Option<Self> {
        Some(Self::new(value))
    }
}
impl<V: Read> Read for Option<V> {
    fn read(self) -> Option<u64> {
        self.and_then(Read::read)
    }
}
impl<E: EntryFormat> Written<E> for E {
    fn entry(self) -> Option<E> {
        Some(self)
    }
}
impl<E: EntryFormat> Written<E> for Option<E> {
    fn entry(self) -> Option<E> {
        self
    }
}

/// Makes a `#[values]` enum one that can be a field here.
macro_rules! values {
    ($($values:ty),*) => {$(
        impl $crate::codec::Read for $values {
            fn read(self) -> Option<u64> {
                Some(self.into_bits())
            }
        }
        impl $crate::codec::Value for $values {
            fn from_raw(value: u64) -> Option<Self> {
                Self::from_bits(value)
            }
        }
    )*};
}
pub(crate) use values;

pub fn mask(runs: &[Run]) -> u64 {
    runs.iter().fold(0, |mask, run| mask | (u64::MAX >> (63 - (run.end() - run.start()))) << run.start())
}

/// The bits of `raw` in these runs, moved together.
fn gather(raw: u64, runs: &[Run]) -> u64 {
    let (mut value, mut width) = (0, 0);
    for bit in runs.iter().cloned().flatten() {
        value |= (raw >> bit & 1) << width;
        width += 1;
    }
    value
}

/// Words to try: each bit alone, all but it, all below it, and random ones.
pub fn raw_values(random: &mut Random) -> Vec<u64> {
    let edges = (0..64).flat_map(|bit| [1 << bit, !(1 << bit), (1 << bit) - 1]);
    edges.chain([u64::MAX]).chain((0..2000).map(|_| random.bits())).collect()
}

impl<E: EntryFormat> Table<E> {
    /// Compares the declaration with this table, for raw values of every kind.
    pub fn check(&self, format: &str, random: &mut Random) {
        self.check_classes(format);
        for raw in raw_values(random) {
            let entry = E::from_bits(raw);
            assert_eq!(entry.bits(), raw, "{format}");
            for field in &self.fields {
                self.check_field(format, field, raw, random.bits());
            }
            if let Some(again) = self.rewritten(entry) {
                let described = self.fields.iter().fold(0, |bits, field| bits | mask(&field.bits));
                assert_eq!(again, raw & described | mask(&self.ones), "{format} {raw:#x}, read and written again");
            }
        }
    }

    /// One field of one word, written into another.
    fn check_field(&self, format: &str, field: &Field<E>, raw: u64, other: u64) {
        let (name, bits) = (field.name, mask(&field.bits));
        let value = gather(raw, &field.bits);
        let has_name = !self.nameless.contains(&(name, value));
        let read = (field.read)(E::from_bits(raw));
        assert_eq!(read, has_name.then_some(value << field.shift), "{format}: {name} of {raw:#x}");
        let written = (field.write)(E::from_bits(other), value << field.shift).map(E::bits);
        let expected = has_name.then_some(other & !bits | raw & bits);
        assert_eq!(written, expected, "{format}: {name} of {raw:#x} in {other:#x}");
    }

    /// An entry that is made of the fields of another; `None` if one of them has a value without a name.
    fn rewritten(&self, entry: E) -> Option<u64> {
        let empty = E::from_bits(mask(&self.ones));
        let copy = |to, field: &Field<E>| (field.write)(to, (field.read)(entry)?);
        self.fields.iter().try_fold(empty, copy).map(E::bits)
    }

    /// Each bit is described once, and as what the declaration says.
    fn check_classes(&self, format: &str) {
        let of = |class| E::FIELDS.iter().filter(|info| info.class == class).fold(0, |bits, info| bits | info.mask);
        let (ones, zeroes, free) = (mask(&self.ones), mask(&self.zeroes), mask(&self.free));
        let mut seen = 0;
        for bits in self.fields.iter().map(|field| mask(&field.bits)).chain([ones, zeroes, free]) {
            assert_eq!(seen & bits, 0, "{format}: the table describes bits twice");
            seen |= bits;
        }
        assert_eq!(seen, u64::MAX, "{format}: the table leaves bits out");
        let software = E::FIELDS.iter().filter(|info| info.class == FieldClass::Software && !info.name.is_empty());
        let software = software.fold(0, |bits, info| bits | info.mask);
        let named = of(FieldClass::Value) | of(FieldClass::Frame) | of(FieldClass::Hardware) | software;
        assert_eq!(named, !(ones | zeroes | free), "{format}: bits that are fields");
        assert_eq!(of(FieldClass::Tag) | E::RESERVED, ones | zeroes, "{format}: tags and reserved bits");
        assert_eq!(E::RESERVED_ONES, ones, "{format}: bits that are one");
        let frame = self.fields.iter().filter(|field| field.shift != 0).fold(0, |bits, field| bits | mask(&field.bits));
        assert_eq!(E::FRAME, frame, "{format}: the frame");
        let by_cpu = |name| self.fields.iter().find(|field| field.name == name).map_or(0, |field| mask(&field.bits));
        assert_eq!((E::ACCESSED, E::DIRTY), (by_cpu("accessed"), by_cpu("dirty")), "{format}: what the CPU writes");
        assert_eq!(E::HARDWARE, E::ACCESSED | E::DIRTY, "{format}: what the CPU writes");
    }
}
