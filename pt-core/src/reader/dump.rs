//! A dump of a tree for people: one line for each run of leaves, and one for each entry that is neither a leaf nor
//! plainly absent.

use super::explain::Said;
use super::{EntryAt, Merge, Run, Window};
use crate::address::Address;
use crate::entry::Entry;
use crate::geometry::{Extension, Geometry};
use crate::level::Levels;
use crate::memory::Memory;
use crate::table::{Table, Visible};
use core::fmt;
use core::ops::ControlFlow;

/// The text of a [`Window`]: see [`Window::dump`].
///
/// A line has the range of input addresses; the range of frames; how many leaves, of what size and level; what the
/// whole walk allows, in the letters of [`Access`](crate::format::Access); and the fields that are not zero, but
/// for those that the CPU writes.
pub struct Dump<'a, T: Visible, M: Memory> {
    window: Window<'a, T, M>,
    merge: Merge,
}

impl<'a, T: Visible, M: Memory> Dump<'a, T, M> {
    pub(super) const fn new(window: Window<'a, T, M>, merge: Merge) -> Self {
        Self { window, merge }
    }
}

impl<T: Visible, M: Memory> Clone for Dump<'_, T, M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Visible, M: Memory> Copy for Dump<'_, T, M> {}

impl<T: Visible, M: Memory> fmt::Debug for Dump<'_, T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dump of {:?}", self.window)
    }
}

impl<T: Visible, M: Memory> fmt::Display for Dump<'_, T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reader = self.window.reader;
        writeln!(f, "{}, root {}, {:?}", T::NAME, reader.root, reader.geometry)?;
        let digits = match T::EXTENSION {
            Extension::Zero => reader.geometry.width().div_ceil(4) as usize,
            Extension::Sign | Extension::Ones => 16,
        };
        let mut lines = Lines { f, merge: self.merge, digits, growing: None, written: 0, leaves: 0, tables: 1 };
        match self.window.for_each_entry(|at| lines.take(at)) {
            ControlFlow::Continue(()) => lines.end(),
            ControlFlow::Break(error) => Err(error),
        }
    }
}

/// What one line is about.
enum Line<T: Visible> {
    Run(Run<T>),
    /// Equal neighbouring entries that map nothing and are not plainly absent.
    Unmapped {
        first: EntryAt<T>,
        count: u64,
    },
}

impl<T: Visible> Line<T> {
    fn begin(at: EntryAt<T>) -> Option<Self> {
        match at.entry {
            Entry::Leaf(leaf) => Some(Self::Run(Run::begin(leaf))),
            Entry::Absent(absent) if absent.bits() == T::ABSENT => None,
            Entry::Absent(_) | Entry::Frozen => Some(Self::Unmapped { first: at, count: 1 }),
            Entry::Subtable(_) => None,
        }
    }

    fn extend(&mut self, at: &EntryAt<T>, merge: Merge) -> bool {
        match (self, &at.entry) {
            (Self::Run(run), Entry::Leaf(leaf)) => run.extend(leaf, merge),
            (Self::Unmapped { first, count }, entry) => {
                let bytes = *count << first.level.shift();
                let neighbours = first.address.as_u64().checked_add(bytes) == Some(at.address.as_u64());
                let same = neighbours && first.level == at.level && first.entry == *entry;
                *count += u64::from(same);
                same
            }
            (Self::Run(_), _) => false,
        }
    }
}

struct Lines<'d, 'f, T: Visible> {
    f: &'d mut fmt::Formatter<'f>,
    merge: Merge,
    /// Hexadecimal digits of an input address.
    digits: usize,
    growing: Option<Line<T>>,
    written: u64,
    leaves: u64,
    tables: u64,
}

impl<T: Visible> Lines<'_, '_, T> {
    fn take(&mut self, at: EntryAt<T>) -> ControlFlow<fmt::Error> {
        self.tables += u64::from(matches!(at.entry, Entry::Subtable(_)));
        self.leaves += u64::from(matches!(at.entry, Entry::Leaf(_)));
        let Some(line) = Line::begin(at) else { return ControlFlow::Continue(()) };
        if let Some(growing) = &mut self.growing
            && growing.extend(&at, self.merge)
        {
            return ControlFlow::Continue(());
        }
        match self.growing.replace(line).map_or(Ok(()), |complete| self.write(&complete)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }

    fn end(mut self) -> fmt::Result {
        if let Some(line) = self.growing.take() {
            self.write(&line)?;
        }
        if self.written == 0 {
            writeln!(self.f, "  nothing is mapped")?;
        }
        write!(self.f, "  leaves: {}, tables: {}", self.leaves, self.tables)
    }

    fn write(&mut self, line: &Line<T>) -> fmt::Result {
        self.written += 1;
        match line {
            Line::Run(run) => {
                self.input(run.first.address, run.bytes())?;
                let frame = run.first.frame.as_u64();
                let last = frame.saturating_add(run.bytes() - 1);
                if run.contiguous {
                    write!(self.f, "  {frame:#014x}-{last:#014x}")?;
                } else {
                    write!(self.f, "  {:<29}", "scattered frames")?;
                }
                let said = Said { fields: run.first.format.fields, raw: run.first.raw, hardware: false };
                self.size(run.first.level, run.leaves)?;
                write!(self.f, "  {} {said}", run.first.access)?;
            }
            Line::Unmapped { first, count } => {
                self.input(first.address, *count << first.level.shift())?;
                match first.entry {
                    Entry::Absent(absent) => write!(self.f, "  absent {:<#22x}", absent.bits())?,
                    _ => write!(self.f, "  {:<29}", "frozen")?,
                }
                self.size(first.level, *count)?;
            }
        }
        writeln!(self.f)
    }

    fn input(&mut self, first: Address<T::Space>, bytes: u64) -> fmt::Result {
        let (first, width) = (first.as_u64(), self.digits + 2);
        write!(self.f, "  {first:#0width$x}-{:#0width$x}", first + (bytes - 1))
    }

    fn size(&mut self, level: <T as Table>::Levels, count: u64) -> fmt::Result {
        const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        let shift = level.shift();
        let unit = UNITS.get(shift as usize / 10).unwrap_or(&"EiB");
        write!(self.f, "  {:<5} {count:>4} x {:>3} {unit}", level.name(), 1_u64 << (shift % 10))
    }
}
