//! The software walker: what a CPU would do with an access.
//!
//! Entries are looked at in the order of the walk. Of each it is asked, as hardware does, whether it is present, then
//! whether it is malformed, and only then where it leads; what the access may do is decided at the end, by all of them
//! together. The walker depends on the [configuration](crate::config) of the tree, and sets no bits.
//!
//! Sources for the order: Intel SDM volume 3A 4.7, volume 3C 29.3.3; AMD APM volume 2, 15.25.6.

use super::{Leaf, Reader};
use crate::address::{Address, Hpa};
use crate::config::Config;
use crate::entry::Entry;
use crate::format::{Access, EntryFormat};
use crate::geometry::Geometry as _;
use crate::level::{LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::rule::{Class, Rule};
use crate::table::{AddressOf, RootVisitor, Visible};
use crate::tree::TableOf;
use core::fmt;

/// An access that goes through.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Walked<T: Visible> {
    /// The byte behind the address.
    pub address: Hpa,
    /// The page, with what the walk as a whole allows.
    pub leaf: Leaf<T>,
    /// Whether a CPU that manages accessed bits would set one on the way.
    pub sets_accessed: bool,
    /// Whether a CPU that manages dirty bits would set that of the page.
    pub sets_dirty: bool,
}

/// An access that faults: at which entry, and why.
#[derive(Copy, Clone, Debug)]
pub struct Fault<T: Visible> {
    /// The address that was accessed.
    pub address: Address<T::Space>,
    /// The level of the table whose entry is to blame: of the leaf, if the access is not allowed.
    pub level: T::Levels,
    /// That entry; zero if the walk did not begin.
    pub raw: u64,
    /// Why.
    pub cause: Cause,
}

/// Why an access faults.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The address is wider than the table, or not canonical under its geometry.
    Beyond,
    /// The entry is not present.
    NotPresent,
    /// The entry is malformed: on x86 a page fault for a reserved bit, with EPT a misconfiguration.
    Misconfigured {
        /// What it breaks.
        rule: &'static Rule,
    },
    /// The walk does not allow the access: a violation.
    Violation {
        /// What it allows.
        allowed: Access,
        /// What was wanted beside that.
        missing: Access,
    },
}

impl<T: Visible> PartialEq for Fault<T> {
    fn eq(&self, other: &Self) -> bool {
        let of = |fault: &Self| (fault.address, fault.level, fault.raw, fault.cause);
        of(self) == of(other)
    }
}
impl<T: Visible> Eq for Fault<T> {}

impl<T: Visible> fmt::Display for Fault<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, level, raw, cause } = self;
        write!(f, "{address:?} faults at the entry {raw:#x} of level {}: ", level.name())?;
        match cause {
            Cause::Beyond => write!(f, "the address lies beyond the table"),
            Cause::NotPresent => write!(f, "not present"),
            Cause::Misconfigured { rule } => write!(f, "malformed ({rule})"),
            Cause::Violation { allowed, missing } => write!(f, "allowed is {allowed}, and {missing} was wanted too"),
        }
    }
}
impl<T: Visible> core::error::Error for Fault<T> {}

impl<T: Visible, M: Memory> Reader<'_, T, M> {
    /// What a CPU does with an access to `address` that wants all of `wanted`: of a user, with
    /// [`Access::by_user`]. Every table of nested paging sees an access of a user, whoever it is by.
    ///
    /// What is decided by control registers and not by the table is the caller's: a supervisor that may write to
    /// read-only pages (CR0.WP is clear) wants [`Access::READ`] for a store, and one that may not touch pages of the
    /// user (CR4.SMEP, SMAP) looks for [`Access::USER`] in the answer.
    ///
    /// # Errors
    /// [`Fault`] says which entry is to blame, and why.
    pub fn access<A: AddressOf<T>>(self, address: A, wanted: Access) -> Result<Walked<T>, Fault<T>> {
        let wanted = if T::EVERY_ACCESS.allows(Access::USER) { wanted.by_user() } else { wanted };
        let attempt = Attempt { reader: self, address: address.address(), wanted };
        T::at_root(self.geometry, attempt)
    }
}

struct Attempt<'a, T: Visible, M: Memory> {
    reader: Reader<'a, T, M>,
    address: Address<T::Space>,
    wanted: Access,
}

/// What the entries on the way say together.
#[derive(Copy, Clone)]
struct Way {
    allowed: Access,
    sets_accessed: bool,
}

impl<T: Visible, M: Memory> RootVisitor<T> for Attempt<'_, T, M> {
    type Output = Result<Walked<T>, Fault<T>>;

    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        let within = self.reader.geometry.is_input(self.address.as_u64());
        let Some(index) = TableOf::<T, L>::root_index(self.address).filter(|_| within) else {
            return Err(self.fault::<L>(0, Cause::Beyond));
        };
        let raw = self.reader.memory.word(self.reader.root, index).load();
        self.entry::<L>(raw, Way { allowed: Access::ALL, sets_accessed: false })
    }
}

impl<T: Visible, M: Memory> Attempt<'_, T, M> {
    fn entry<L: LevelOf<T>>(&self, raw: u64, way: Way) -> Result<Walked<T>, Fault<T>> {
        match L::decode(raw) {
            Entry::Leaf(leaf) => {
                let way = self.through::<L, _>(leaf, way)?;
                self.arrive::<L>(leaf, way)
            }
            Entry::Subtable(entry) => {
                let way = self.through::<L, _>(entry, way)?;
                let table = TableOf::<T, L::Below>::at(entry.frame());
                self.entry::<L::Below>(table.word(self.reader.memory, self.address).load(), way)
            }
            Entry::Absent(_) | Entry::Frozen => Err(self.fault::<L>(raw, Cause::NotPresent)),
        }
    }

    /// Passes an entry that says that it is present, if it is one and is not malformed.
    fn through<L: LevelOf<T>, F: EntryFormat>(&self, entry: F, way: Way) -> Result<Way, Fault<T>> {
        let (raw, config) = (entry.bits(), self.reader.config);
        match Rule::against(entry, config) {
            Some(Rule { class: Class::NotPresent, .. }) => Err(self.fault::<L>(raw, Cause::NotPresent)),
            Some(rule) => Err(self.fault::<L>(raw, Cause::Misconfigured { rule })),
            None => {
                let features = config.features();
                Ok(Way {
                    allowed: way.allowed & entry.access_with(features),
                    sets_accessed: way.sets_accessed || lacks(raw, F::ACCESSED & F::written_with(features)),
                })
            }
        }
    }

    /// Decides at the leaf.
    fn arrive<L: LevelOf<T>>(&self, leaf: L::Leaf, way: Way) -> Result<Walked<T>, Fault<T>> {
        let allowed = way.allowed;
        if !allowed.allows(self.wanted) {
            let missing = self.wanted.without(allowed);
            return Err(self.fault::<L>(leaf.bits(), Cause::Violation { allowed, missing }));
        }
        let features = self.reader.config.features();
        let page = Leaf { access: allowed, ..Leaf::new::<L>(self.address, leaf, Access::ALL) };
        Ok(Walked {
            address: Hpa::new(page.frame.as_u64() | self.address.offset(L::SHIFT)),
            leaf: page,
            sets_accessed: way.sets_accessed,
            sets_dirty: self.wanted.allows(Access::WRITE)
                && lacks(leaf.bits(), L::Leaf::DIRTY & L::Leaf::written_with(features)),
        })
    }

    fn fault<L: LevelOf<T>>(&self, raw: u64, cause: Cause) -> Fault<T> {
        Fault { address: self.address, level: L::LEVEL, raw, cause }
    }
}

/// Whether the format has the bit, and the entry does not.
fn lacks(raw: u64, bit: u64) -> bool {
    bit != 0 && raw & bit == 0
}
