//! A plan, mapped by the engine: what the environments that write tables from outside of the machine share.

use pt_core::access::Exclusive;
use pt_core::error::ObstacleOf;
use pt_core::flush::Scope;
use pt_core::level::{LeafLevelOf, TableLevelOf};
use pt_core::table::{AddressOf, Direct, UsedByCpu};
use pt_core::{Address, AddressRange, Aged, Cursor, DirtyLogged, Hpa, Invalidate, Memory, Page, PageOf, Shared};
use pt_core::{Table, TableAllocator, Tree, Visible, Whole};
use pt_plan::{Mapping, Permissions, Random};
use std::collections::BTreeSet;

/// Writes to a tree in memory that hands out its own table pages: an arena, or the memory of a guest.
pub type Writer<'t, T, M> = Cursor<'t, T, &'t M, &'t M, Exclusive>;

/// An address that the table of a [`Subject`] translates.
pub type AddressIn<S> = Address<<<S as Subject>::Table as Table>::Space>;

/// A range of addresses that the table of a [`Subject`] translates.
pub type RangeIn<S> = AddressRange<<<S as Subject>::Table as Table>::Space>;

/// What a leaf of the table of a [`Subject`] says beside its frame.
pub type AttributesOf<S> = <<S as Subject>::Table as Visible>::Attributes;

/// The geometry of the table of a [`Subject`].
pub type GeometryOf<S> = <<S as Subject>::Table as Table>::Geometry;

/// What stood in the way of an operation on the table of a [`Subject`].
pub type Refused<S> = ObstacleOf<<S as Subject>::Table>;

/// No CPU runs while the tables are written: nothing is stale.
#[derive(Debug)]
pub struct NoCpus;

impl<T: UsedByCpu> Invalidate<T> for NoCpus {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {}
}

/// A table that plans are mapped in, behind one face without types of levels.
pub trait Subject {
    /// The table.
    type Table: Direct + UsedByCpu;

    /// The features of the machine.
    const CONFIG: <Self::Table as Visible>::Config;

    /// What the leaf of a mapping says beside its frame. What does not follow from the mapping is random.
    fn attributes(mapping: &Mapping, random: &mut Random) -> AttributesOf<Self>;

    /// The addresses of a mapping: for a geometry that is not split, [`range`] says them.
    fn range(geometry: GeometryOf<Self>, mapping: &Mapping) -> RangeIn<Self>;

    /// Does something to the page of a mapping. [`by_size!`](crate::by_size) writes this.
    ///
    /// # Errors
    /// What stands in the way.
    fn step<M: Memory + TableAllocator>(
        cursor: &mut Writer<'_, Self::Table, M>,
        at: RangeIn<Self>,
        mapping: &Mapping,
        step: Step<AttributesOf<Self>>,
    ) -> Result<(), Refused<Self>>;
}

/// What is done to a page.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Step<A> {
    /// It is mapped.
    Map(A),
    /// It is mapped as a range of the smallest pages: of the largest that fit, that is.
    MapRange(A),
    /// It gets other attributes.
    Protect(A),
    /// It is unmapped.
    Unmap,
    /// It is split into smaller pages, if there are any, and those are merged again. A span is broken into pages.
    SplitAndMerge,
}

/// Writes [`Subject::step`] for a table with leaves at these levels, of which the last one has the smallest pages.
#[macro_export]
macro_rules! by_size {
    ($($block:ty),+; $page:ty) => {
        fn step<M: pt_core::Memory + pt_core::TableAllocator>(
            cursor: &mut $crate::Writer<'_, Self::Table, M>,
            at: $crate::RangeIn<Self>,
            mapping: &pt_plan::Mapping,
            step: $crate::Step<$crate::AttributesOf<Self>>,
        ) -> Result<(), $crate::Refused<Self>> {
            match mapping.shift {
                $(<$block as pt_core::Level>::SHIFT => {
                    $crate::step_on_block::<_, $block, $page, _>(cursor, at, mapping, step)
                })+
                <$page as pt_core::Level>::SHIFT => $crate::step_on_page::<_, $page, $page, _>(cursor, at, mapping, step),
                _ => $crate::step_on_span::<_, $page, _>(cursor, at, mapping, step),
            }
        }
    };
}

/// A step on a page of level `L`, where pages of the level `Smallest` are the smallest.
///
/// # Errors
/// What stands in the way.
///
/// # Panics
/// If the mapping is not aligned.
pub fn step_on_page<T, L, Smallest, M>(
    cursor: &mut Writer<'_, T, M>,
    at: AddressRange<T::Space>,
    mapping: &Mapping,
    step: Step<T::Attributes>,
) -> Result<(), ObstacleOf<T>>
where
    T: Direct + UsedByCpu,
    M: Memory + TableAllocator,
    L: LeafLevelOf<T>,
    Smallest: LeafLevelOf<T>,
    Page<Shared, L>: PageOf<T, L>,
    Page<Shared, Smallest>: PageOf<T, Smallest>,
    Address<T::Space>: AddressOf<T>,
{
    let frame = Hpa::new(mapping.output);
    match step {
        Step::Map(attributes) => {
            let page = Page::<Shared, L>::new(frame).expect("a plan aligns its mappings");
            cursor.map(at.start(), page, attributes).map_err(|error| error.obstacle)
        }
        Step::MapRange(attributes) => {
            let first = Page::<Shared, Smallest>::new(frame).expect("a plan aligns its mappings");
            cursor.map_range(at, first, attributes).map_err(|error| error.obstacle)
        }
        Step::Protect(attributes) => {
            cursor.protect::<L>(at.start(), attributes)?.flush(&mut NoCpus);
            Ok(())
        }
        Step::Unmap => {
            cursor.unmap::<L>(at.start())?.flush(&mut NoCpus);
            Ok(())
        }
        Step::SplitAndMerge => Ok(()),
    }
}

/// The same for a level whose pages can be split.
///
/// # Errors
/// What stands in the way.
///
/// # Panics
/// If the mapping is not aligned.
pub fn step_on_block<T, L, Smallest, M>(
    cursor: &mut Writer<'_, T, M>,
    at: AddressRange<T::Space>,
    mapping: &Mapping,
    step: Step<T::Attributes>,
) -> Result<(), ObstacleOf<T>>
where
    T: Direct + UsedByCpu,
    M: Memory + TableAllocator,
    L: LeafLevelOf<T> + TableLevelOf<T, Below: LeafLevelOf<T>>,
    Smallest: LeafLevelOf<T>,
    Page<Shared, L>: PageOf<T, L>,
    Page<Shared, Smallest>: PageOf<T, Smallest>,
    Address<T::Space>: AddressOf<T>,
{
    match step {
        Step::SplitAndMerge => {
            cursor.split::<L>(at.start(), &mut NoCpus)?.flush(&mut NoCpus);
            cursor.merge::<L>(at.start(), &mut NoCpus)
        }
        _ => step_on_page::<T, L, Smallest, M>(cursor, at, mapping, step),
    }
}

/// The same for a span: several leaves that map as one.
///
/// # Errors
/// What stands in the way.
///
/// # Panics
/// If the mapping is not aligned.
pub fn step_on_span<T, Smallest, M>(
    cursor: &mut Writer<'_, T, M>,
    at: AddressRange<T::Space>,
    mapping: &Mapping,
    step: Step<T::Attributes>,
) -> Result<(), ObstacleOf<T>>
where
    T: Direct + UsedByCpu,
    M: Memory + TableAllocator,
    Smallest: LeafLevelOf<T>,
    Page<Shared, Smallest>: PageOf<T, Smallest>,
    Address<T::Space>: AddressOf<T>,
{
    match step {
        Step::Map(attributes) | Step::MapRange(attributes) => {
            step_on_page::<T, Smallest, Smallest, M>(cursor, at, mapping, Step::MapRange(attributes))
        }
        Step::Protect(attributes) => {
            let stale = cursor.protect_range(at, attributes, &mut NoCpus).map_err(|stopped| stopped.obstacle)?;
            stale.flush(&mut NoCpus);
            Ok(())
        }
        Step::Unmap => {
            let stale = cursor.clear_range(at, &mut NoCpus).map_err(|stopped| stopped.obstacle)?;
            stale.flush(&mut NoCpus);
            Ok(())
        }
        // Those of blocks stay: their leaves are of another level.
        Step::SplitAndMerge if mapping.shift > Smallest::SHIFT + 7 => Ok(()),
        Step::SplitAndMerge => cursor.break_span::<Smallest>(at.start(), &mut NoCpus),
    }
}

/// A tree that maps what is listed, and nothing else. It gets there on detours: some pages are mapped with other
/// permissions first, or unmapped and mapped again, or split and merged; some are mapped as ranges.
///
/// # Panics
/// If the engine refuses.
pub fn build<'a, S: Subject, M: Memory + TableAllocator>(
    geometry: GeometryOf<S>,
    memory: &'a M,
    mappings: &[Mapping],
    random: &mut Random,
) -> Tree<S::Table, &'a M> {
    let mut tree = Tree::configured(geometry, S::CONFIG, memory, memory).expect("the memory is large enough");
    let mut cursor = tree.exclusive(memory).map_spans();
    for mapping in mappings {
        let at = S::range(geometry, mapping);
        let attributes = S::attributes(mapping, random);
        let others = Mapping { permissions: Permissions::READ | Permissions::EXECUTE, ..*mapping };
        let others = S::attributes(&others, random);
        let steps: &[Step<_>] = match random.below(8) {
            0 => &[Step::Map(others), Step::Protect(attributes)],
            1 => &[Step::Map(others), Step::Unmap, Step::Map(attributes)],
            2 => &[Step::MapRange(attributes)],
            3 => &[Step::Map(attributes), Step::SplitAndMerge],
            _ => &[Step::Map(attributes)],
        };
        for &step in steps {
            S::step(&mut cursor, at, mapping, step)
                .unwrap_or_else(|obstacle| panic!("{mapping:x?} in {geometry:?}: {obstacle}"));
        }
    }
    drop(cursor);
    tree
}

/// The addresses of a mapping.
///
/// # Panics
/// If the geometry does not have them.
pub fn range<G: Whole>(geometry: G, mapping: &Mapping) -> AddressRange<G::Space> {
    let start = geometry.address(mapping.input).unwrap_or_else(|error| panic!("{mapping:x?}: {error}"));
    geometry.range(start, mapping.bytes()).unwrap_or_else(|error| panic!("{mapping:x?}: {error}"))
}

/// The pages that were accessed, and those that were written, by their first addresses.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct History {
    /// Accessed, be it to be written.
    pub accessed: BTreeSet<u64>,
    /// Written.
    pub written: BTreeSet<u64>,
}

/// What the MMU has noted in the leaves of `mappings`, as the engine collects it.
///
/// # Panics
/// If the engine refuses.
pub fn collect<S: Subject<Table: Aged + DirtyLogged>, M: Memory>(
    tree: &Tree<S::Table, &M>,
    mappings: &[Mapping],
) -> History {
    let mut history = History::default();
    for mapping in mappings {
        let page = S::range(tree.geometry(), mapping);
        if tree.age(page).unwrap_or_else(|obstacle| panic!("{mapping:x?}: {obstacle}")) != 0 {
            history.accessed.insert(mapping.input);
        }
        let log = |at: AddressIn<S>, _| {
            assert!(mapping.covers(at.as_u64()), "{at} is logged for {mapping:x?}");
            history.written.insert(mapping.input);
        };
        let stale = tree.collect_dirty(page, log).unwrap_or_else(|obstacle| panic!("{mapping:x?}: {obstacle}"));
        stale.flush(&mut NoCpus);
    }
    history
}
