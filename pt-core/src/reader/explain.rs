//! Raw entries as text, for debuggers and error messages: what 64 bits mean at a level.

use super::Reader;
use crate::entry::Entry;
use crate::format::{EntryFormat, FieldClass, FieldInfo};
use crate::level::{LevelOf, Levels};
use crate::memory::Memory;
use crate::table::{RootVisitor, Visible};
use core::fmt;

impl<T: Visible, M: Memory> Reader<'_, T, M> {
    /// Explains the value `raw` of an entry at `level` of this tree, in the names of the declaration.
    #[must_use]
    pub const fn explain(self, level: T::Levels, raw: u64) -> Explanation<T> {
        Explanation { geometry: self.geometry, level, raw }
    }
}

/// The text that explains an entry: see [`Reader::explain`].
///
/// Printed with `{}`, it is one line with the shape, the frame and the fields that are not zero. With `{:#}`, every
/// field has a line of its own, with its bits.
#[derive(Copy, Clone, Debug)]
pub struct Explanation<T: Visible> {
    geometry: T::Geometry,
    level: T::Levels,
    raw: u64,
}

impl<T: Visible> fmt::Display for Explanation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::at_root(self.geometry, Explain { explanation: self, f })
    }
}

struct Explain<'e, 'f, 'g, T: Visible> {
    explanation: &'e Explanation<T>,
    f: &'f mut fmt::Formatter<'g>,
}

impl<T: Visible> RootVisitor<T> for Explain<'_, '_, '_, T> {
    type Output = fmt::Result;
    fn visit<L: LevelOf<T>>(self) -> fmt::Result {
        self.at::<L>()
    }
}

impl<T: Visible> Explain<'_, '_, '_, T> {
    /// Goes down the ladder to the level that was asked for.
    fn at<L: LevelOf<T>>(self) -> fmt::Result {
        let Explanation { level, raw, geometry } = *self.explanation;
        if level == L::LEVEL {
            write!(self.f, "{raw:#x} at {} of {}: ", level.name(), T::NAME)?;
            match L::decode(raw) {
                Entry::Absent(_) if raw == T::ABSENT => write!(self.f, "absent"),
                Entry::Absent(_) => write!(self.f, "absent, with payload {:#x}", raw ^ T::ABSENT),
                Entry::Frozen => write!(self.f, "frozen"),
                Entry::Leaf(leaf) => shape("leaf", leaf, self.f),
                Entry::Subtable(entry) => shape("table", entry, self.f),
            }
        } else if L::TABLES {
            self.at::<L::Below>()
        } else {
            write!(self.f, "{raw:#x}: {} under {geometry:?} has no level {}", T::NAME, level.name())
        }
    }
}

/// An entry that points somewhere.
fn shape<F: EntryFormat>(name: &str, entry: F, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(name)?;
    if !f.alternate() {
        write!(f, "{}", Said { fields: F::FIELDS, raw: entry.bits(), hardware: true })?;
    }
    write!(f, ", frame {}, allows {}", entry.frame(), entry.access())?;
    if f.alternate() {
        for field in F::FIELDS {
            let FieldInfo { name, mask, class } = field;
            write!(f, "\n  {name:<20} {:#x} in bits {}, {class:?}", field.extract(entry.bits()), Span(*mask))?;
        }
    }
    let wrong = (entry.bits() ^ F::RESERVED_ONES) & F::RESERVED;
    if wrong == 0 { Ok(()) } else { write!(f, "; reserved bits {wrong:#x} are wrong") }
}

/// The fields of an entry that are not zero, each with a space before it: a bit by its name, else name and value.
pub(super) struct Said {
    pub(super) fields: &'static [FieldInfo],
    pub(super) raw: u64,
    /// Whether to tell what the CPU wrote.
    pub(super) hardware: bool,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for field in self.fields {
            let told = match field.class {
                FieldClass::Value | FieldClass::Software => true,
                FieldClass::Hardware => self.hardware,
                FieldClass::Frame | FieldClass::Tag | FieldClass::Ignored | FieldClass::Reserved => false,
            };
            let value = field.extract(self.raw);
            if !told || value == 0 {
                continue;
            }
            let name = if field.name.is_empty() { "software" } else { field.name };
            if field.mask.is_power_of_two() { write!(f, " {name}")? } else { write!(f, " {name}={value:#x}")? }
        }
        Ok(())
    }
}

/// The bits of a mask as manuals write them: `51:12`, or `9,7:6` where they are scattered.
struct Span(u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while rest != 0 {
            let high = rest.ilog2();
            let low = high + 1 - (rest << (63 - high)).leading_ones();
            if rest != self.0 {
                f.write_str(",")?;
            }
            write!(f, "{high}")?;
            if low < high {
                write!(f, ":{low}")?;
            }
            rest &= (1 << low) - 1;
        }
        Ok(())
    }
}
