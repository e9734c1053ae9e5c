//! A tree of tables: the root, the geometry it was made for, and the memory its pages lie in.
//!
//! A tree is read through [`crate::reader`] on `&self`, and written through a cursor. Exclusive access is a
//! `&mut` borrow, parallel access a shared one: a lock around the tree gives either.

use crate::address::{Address, Hpa};
use crate::allocator::{OutOfTables, TableAllocator};
use crate::config::Unconfigured;
use crate::entry::Entry;
use crate::error::TreeError;
use crate::format::EntryFormat;
use crate::geometry::{Extension, Geometry};
use crate::level::{LevelOf, PAGE_INDEX_BITS};
use crate::memory::{Memory, TableAt, Word};
use crate::reach::Reach;
use crate::table::{Direct, RootVisitor, UsedByCpu, Visible};
use crate::validity::{InvalidRoot, Valid, ValidRoot, Validity};
use core::fmt;
use core::marker::PhantomData;

/// One tree of the table `T` in the memory `M`, whose root is [`Valid`] unless the type says
/// [`Invalid`](crate::validity::Invalid).
#[must_use = "the tables of a tree that is dropped are lost to their allocator: free it"]
pub struct Tree<T: Visible, M: Memory, V: Validity = Valid> {
    root: Hpa,
    /// The same root, as the memory finds it.
    place: TableAt,
    reach: Reach,
    geometry: T::Geometry,
    config: T::Config,
    memory: M,
    validity: PhantomData<fn() -> V>,
}

impl<T: Visible, M: Memory> Tree<T, M> {
    /// A tree with an empty root.
    ///
    /// # Errors
    /// [`TreeError`] if there is no page for the root, or the root would lie where it cannot be loaded from.
    pub fn new<A: TableAllocator>(geometry: T::Geometry, memory: M, allocator: &A) -> Result<Self, TreeError>
    where
        T::Config: Unconfigured,
    {
        Self::configured(geometry, T::Config::default(), memory, allocator)
    }

    /// A tree with an empty root, for a machine with these features. Nothing is written to it that they do not allow.
    ///
    /// # Errors
    /// [`TreeError`] if there is no page for the root, or the root would lie where it cannot be loaded from.
    pub fn configured<A: TableAllocator>(
        geometry: T::Geometry,
        config: T::Config,
        memory: M,
        allocator: &A,
    ) -> Result<Self, TreeError> {
        if !root_offset::<T>(geometry).is_multiple_of(T::ROOT_ALIGNMENT) {
            return Err(TreeError::Unaligned { width: geometry.width(), alignment: T::ROOT_ALIGNMENT });
        }
        Ok(Self::empty(geometry, config, memory, allocator)?)
    }

    /// The same for a geometry that has no upper end, or that a tree was made for before.
    pub(crate) fn empty<A: TableAllocator>(
        geometry: T::Geometry,
        config: T::Config,
        memory: M,
        allocator: &A,
    ) -> Result<Self, OutOfTables> {
        let root = T::at_root(geometry, NewRoot { memory: &memory, allocator })?;
        let (place, reach) = (memory.table(root), Reach::of::<T>(geometry));
        Ok(Self { root, place, reach, geometry, config, memory, validity: PhantomData })
    }
}

impl<T: Visible, M: Memory, V: Validity> Tree<T, M, V> {
    /// The address of the root table: what a CPU's root register is loaded with. For drawings, see
    /// [`Reader::root_table`](crate::Reader::root_table).
    ///
    /// The root of an upper end that is narrower than a whole table indexes has just its last entries, and begins with
    /// the first of these.
    #[inline]
    #[must_use]
    pub fn root_frame(&self) -> Hpa
    where
        T: UsedByCpu,
        V: ValidRoot<T>,
    {
        Hpa::new(self.root.as_u64() + root_offset::<T>(self.geometry))
    }

    /// The frame of the root table, for the engine's own walks.
    #[inline]
    pub(crate) const fn root(&self) -> Hpa {
        self.root
    }

    /// The root table, as the memory finds it.
    #[inline]
    pub(crate) const fn place(&self) -> TableAt {
        self.place
    }

    /// The addresses that the tree translates.
    #[inline]
    pub(crate) const fn reach(&self) -> Reach {
        self.reach
    }

    /// The same tree, its root now valid or not.
    #[inline]
    pub(crate) fn with_validity<To: Validity>(self) -> Tree<T, M, To> {
        let Self { root, place, reach, geometry, config, memory, validity: PhantomData } = self;
        Tree { root, place, reach, geometry, config, memory, validity: PhantomData }
    }

    /// The geometry that the tree was made for.
    #[inline]
    #[must_use]
    pub const fn geometry(&self) -> T::Geometry {
        self.geometry
    }

    /// The features that the tree was made for.
    #[inline]
    #[must_use]
    pub const fn config(&self) -> T::Config {
        self.config
    }

    /// The memory that its tables lie in.
    #[inline]
    #[must_use]
    pub const fn memory(&self) -> &M {
        &self.memory
    }
}

impl<T: Visible, M: Memory, V: Validity> fmt::Debug for Tree<T, M, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} at {} ({:?})", V::NAME, T::NAME, self.root, self.geometry)
    }
}

impl<T: Direct, M: Memory, V: Validity> Tree<T, M, V> {
    /// Frees every table of an invalid tree, and returns how many there were; tables side by side at the root are
    /// one. No CPU may be left that has them cached.
    pub fn free<A: TableAllocator>(self, allocator: &A) -> usize
    where
        V: InvalidRoot<T>,
    {
        T::at_root(self.geometry, FreeTables { memory: &self.memory, allocator, root: self.root })
    }
}

/// Where in its table the root of a tree begins that a CPU loads: bytes.
fn root_offset<T: Visible>(geometry: T::Geometry) -> u64 {
    match T::EXTENSION {
        Extension::Zero | Extension::Sign => 0,
        Extension::Ones => T::at_root(geometry, UnusedEntries { width: geometry.width() }) as u64 * 8,
    }
}

/// How many entries of a root come before those that addresses of the upper end have.
struct UnusedEntries {
    width: u32,
}

impl<T: Visible> RootVisitor<T> for UnusedEntries {
    type Output = usize;
    fn visit<L: LevelOf<T>>(self) -> usize {
        L::ENTRIES - (1 << self.width.saturating_sub(L::SHIFT).min(L::INDEX_BITS))
    }
}

struct FreeTables<'a, M, A> {
    memory: &'a M,
    allocator: &'a A,
    root: Hpa,
}

impl<T: Visible, M: Memory, A: TableAllocator> RootVisitor<T> for FreeTables<'_, M, A> {
    type Output = usize;
    fn visit<L: LevelOf<T>>(self) -> usize {
        self.free(TableOf::<T, L>::at(self.root))
    }
}

impl<M: Memory, A: TableAllocator> FreeTables<'_, M, A> {
    /// Frees a table after the tables below it.
    fn free<T: Visible, L: LevelOf<T>>(&self, table: TableOf<T, L>) -> usize {
        let mut freed = 1;
        for index in 0..if L::TABLES { L::ENTRIES } else { 0 } {
            if let Entry::Subtable(below) = L::decode(self.memory.word(table.frame, index).load()) {
                freed += self.free(TableOf::<T, L::Below>::at(below.frame()));
            }
        }
        self.allocator.free(table.frame, L::TABLE_ORDER);
        freed
    }
}

/// How many words of a new table are stored before the loop goes round: a cache line. By itself the compiler takes two,
/// which is 0.4 instructions a word more.
const LINE: usize = 8;

struct NewRoot<'a, M, A> {
    memory: &'a M,
    allocator: &'a A,
}

impl<T: Visible, M: Memory, A: TableAllocator> RootVisitor<T> for NewRoot<'_, M, A> {
    type Output = Result<Hpa, OutOfTables>;
    fn visit<L: LevelOf<T>>(self) -> Self::Output {
        let frame = self.allocator.allocate(L::TABLE_ORDER).ok_or(OutOfTables { wanted: 1 })?;
        Ok(TableOf::<T, L>::initialise(self.memory, frame).frame)
    }
}

/// A table page of `T` at level `L`, by its frame. It can be descended into at this level and in this tree only.
pub struct TableOf<T: Visible, L: LevelOf<T>> {
    frame: Hpa,
    marker: PhantomData<fn() -> (T, L)>,
}

impl<T: Visible, L: LevelOf<T>> Clone for TableOf<T, L> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Visible, L: LevelOf<T>> Copy for TableOf<T, L> {}

impl<T: Visible, L: LevelOf<T>> TableOf<T, L> {
    /// The table in `frame`, which the caller took from an entry of this tree or has just initialised.
    #[inline(always)]
    pub(crate) const fn at(frame: Hpa) -> Self {
        Self { frame, marker: PhantomData }
    }

    /// Fills a fresh page with absent entries and clears its record. Nothing links to it yet, so that plain
    /// stores will do; the release store that links it publishes them.
    pub(crate) fn initialise<M: Memory>(memory: &M, frame: Hpa) -> Self {
        Self::initialise_with(memory, frame, 0, || T::ABSENT)
    }

    /// The same with the entries that `next` returns, of which `live` are in use.
    #[inline(always)]
    pub(crate) fn initialise_with<M: Memory>(memory: &M, frame: Hpa, live: u64, mut next: impl FnMut() -> u64) -> Self {
        for line in (0..Self::WORDS).step_by(LINE) {
            for index in line..line + LINE {
                memory.word(frame, index).store(next());
            }
        }
        let new = Self::at(frame);
        for table in new.side_by_side() {
            let record = memory.record(table);
            record.partner.store(0);
            record.live.store(live);
        }
        new
    }

    /// The words of the page: more than entries where a table does not fill it.
    pub(crate) const WORDS: usize = 1 << (PAGE_INDEX_BITS + L::TABLE_ORDER);

    /// The frame of the page.
    #[inline(always)]
    #[must_use]
    pub const fn frame(self) -> Hpa {
        self.frame
    }

    /// The word of the entry for `address`.
    #[inline(always)]
    pub(crate) fn word<M: Memory>(self, memory: &M, address: Address<T::Space>) -> &M::Word {
        memory.word(self.frame, L::index(address.as_u64()))
    }

    /// The same, with a copy of the memory's [`origin`](Memory::origin).
    #[inline(always)]
    pub(crate) fn word_from<M: Memory>(self, memory: &M, origin: u64, address: Address<T::Space>) -> &M::Word {
        memory.word_in(TableAt::new(origin, self.frame), L::index(address.as_u64()))
    }

    /// The index of `address` in a root table, unless it lies beyond the tree: a tree of another geometry may
    /// have wider addresses.
    #[inline(always)]
    pub(crate) fn root_index(address: Address<T::Space>) -> Option<usize> {
        let within = T::EXTENSION.fits(address.as_u64(), L::SHIFT + L::INDEX_BITS);
        if within { Some(L::index(address.as_u64())) } else { None }
    }
}

impl<T: Visible, L: LevelOf<T>> fmt::Debug for TableOf<T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} table of {} at {}", L::NAME, T::NAME, self.frame)
    }
}
