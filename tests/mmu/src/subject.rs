//! A plan, mapped by the engine: what the environments that write tables from outside of the machine share.

use pt_core::access::Exclusive;
use pt_core::error::ObstacleOf;
use pt_core::flush::Scope;
use pt_core::table::{AddressOf, Direct, UsedByCpu};
use pt_core::{Address, Aged, Arena, Cursor, DirtyLogged, Invalidate, Table, Tree, Visible, Whole};
use pt_plan::{Mapping, Permissions, Random};
use std::collections::BTreeSet;

/// Writes to a tree in an arena.
pub type Writer<'t, T> = Cursor<'t, T, &'t Arena, &'t Arena, Exclusive>;

/// An address that the table of a [`Subject`] translates.
pub type AddressIn<S> = Address<<<S as Subject>::Table as Table>::Space>;

/// What stood in the way of an operation on the table of a [`Subject`].
pub type Refused<S> = ObstacleOf<<S as Subject>::Table>;

/// No CPU runs while the tables are written: nothing is stale.
#[derive(Debug)]
pub struct NoCpus;

impl<T: UsedByCpu> Invalidate<T> for NoCpus {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {}
}

/// A table that plans are mapped in, behind one face without types of levels: [`by_size!`](crate::by_size) writes the
/// methods that depend on them.
pub trait Subject {
    /// The table.
    type Table: Direct + UsedByCpu<Geometry: Whole<Space = <Self::Table as Table>::Space>>;

    /// The features of the machine.
    const CONFIG: <Self::Table as Visible>::Config;

    /// What the leaf of a mapping says beside its frame. What does not follow from the mapping is random.
    fn attributes(mapping: &Mapping, random: &mut Random) -> <Self::Table as Visible>::Attributes;

    /// Maps a page of the size of `mapping`.
    ///
    /// # Errors
    /// What stands in the way.
    fn map(
        cursor: &mut Writer<'_, Self::Table>,
        at: AddressIn<Self>,
        mapping: &Mapping,
        attributes: <Self::Table as Visible>::Attributes,
    ) -> Result<(), Refused<Self>>;

    /// Changes the attributes of the page.
    ///
    /// # Errors
    /// What is there instead.
    fn protect(
        cursor: &mut Writer<'_, Self::Table>,
        at: AddressIn<Self>,
        mapping: &Mapping,
        attributes: <Self::Table as Visible>::Attributes,
    ) -> Result<(), Refused<Self>>;

    /// Unmaps the page.
    ///
    /// # Errors
    /// What is there instead.
    fn unmap(cursor: &mut Writer<'_, Self::Table>, at: AddressIn<Self>, mapping: &Mapping)
    -> Result<(), Refused<Self>>;
}

/// Writes the methods of [`Subject`] that depend on the level, for a table whose leaves are at these.
#[macro_export]
macro_rules! by_size {
    ($($level:ty),+) => {
        fn map(
            cursor: &mut $crate::Writer<'_, Self::Table>,
            at: $crate::AddressIn<Self>,
            mapping: &pt_plan::Mapping,
            attributes: <Self::Table as pt_core::Visible>::Attributes,
        ) -> Result<(), $crate::Refused<Self>> {
            match mapping.shift {
                $(<$level as pt_core::Level>::SHIFT => {
                    let page = pt_core::Page::<pt_core::Shared, $level>::new(pt_core::Hpa::new(mapping.output));
                    cursor.map(at, page.expect("the plan aligns it"), attributes).map_err(|error| error.obstacle)
                })+
                shift => panic!("no page has 2^{shift} bytes"),
            }
        }

        fn protect(
            cursor: &mut $crate::Writer<'_, Self::Table>,
            at: $crate::AddressIn<Self>,
            mapping: &pt_plan::Mapping,
            attributes: <Self::Table as pt_core::Visible>::Attributes,
        ) -> Result<(), $crate::Refused<Self>> {
            match mapping.shift {
                $(<$level as pt_core::Level>::SHIFT => {
                    cursor.protect::<$level>(at, attributes).map(|stale| drop(stale.flush(&mut $crate::NoCpus)))
                })+
                shift => panic!("no page has 2^{shift} bytes"),
            }
        }

        fn unmap(
            cursor: &mut $crate::Writer<'_, Self::Table>,
            at: $crate::AddressIn<Self>,
            mapping: &pt_plan::Mapping,
        ) -> Result<(), $crate::Refused<Self>> {
            match mapping.shift {
                $(<$level as pt_core::Level>::SHIFT => {
                    cursor.unmap::<$level>(at).map(|stale| drop(stale.flush(&mut $crate::NoCpus)))
                })+
                shift => panic!("no page has 2^{shift} bytes"),
            }
        }
    };
}

/// A tree that maps what is listed, and nothing else. It gets there on detours: some pages are mapped with other
/// permissions first, some are mapped, unmapped and mapped again.
///
/// # Panics
/// If the engine refuses.
pub fn build<'a, S: Subject>(
    geometry: <S::Table as Table>::Geometry,
    arena: &'a Arena,
    mappings: &[Mapping],
    random: &mut Random,
) -> Tree<S::Table, &'a Arena>
where
    AddressIn<S>: AddressOf<S::Table>,
{
    let mut tree = Tree::configured(geometry, S::CONFIG, arena, arena).expect("the arena is large enough");
    let mut cursor = tree.exclusive(arena);
    for mapping in mappings {
        write::<S>(&mut cursor, geometry, mapping, random)
            .unwrap_or_else(|obstacle| panic!("{mapping:x?} in {geometry:?}: {obstacle}"));
    }
    drop(cursor);
    tree
}

/// Maps one page, on a detour or directly.
fn write<S: Subject>(
    cursor: &mut Writer<'_, S::Table>,
    geometry: <S::Table as Table>::Geometry,
    mapping: &Mapping,
    random: &mut Random,
) -> Result<(), Refused<S>> {
    let at = geometry.address(mapping.input).unwrap_or_else(|error| panic!("{mapping:x?}: {error}"));
    let attributes = S::attributes(mapping, random);
    let others = Mapping { permissions: Permissions::READ | Permissions::EXECUTE, ..*mapping };
    let others = S::attributes(&others, random);
    match random.below(8) {
        0 => {
            S::map(cursor, at, mapping, others)?;
            S::protect(cursor, at, mapping, attributes)
        }
        1 => {
            S::map(cursor, at, mapping, others)?;
            S::unmap(cursor, at, mapping)?;
            S::map(cursor, at, mapping, attributes)
        }
        _ => S::map(cursor, at, mapping, attributes),
    }
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
pub fn collect<T>(tree: &Tree<T, &Arena>, mappings: &[Mapping]) -> History
where
    T: Aged + DirtyLogged + Table<Geometry: Whole<Space = <T as Table>::Space>>,
{
    let mut history = History::default();
    for mapping in mappings {
        let start = tree.geometry().address(mapping.input).unwrap_or_else(|error| panic!("{mapping:x?}: {error}"));
        let page =
            tree.geometry().range(start, mapping.bytes()).unwrap_or_else(|error| panic!("{mapping:x?}: {error}"));
        if tree.age(page).unwrap_or_else(|obstacle| panic!("{mapping:x?}: {obstacle}")) != 0 {
            history.accessed.insert(mapping.input);
        }
        let log = |at: Address<T::Space>, _| {
            history.written.insert(at.as_u64());
        };
        let stale = tree.collect_dirty(page, log).unwrap_or_else(|obstacle| panic!("{mapping:x?}: {obstacle}"));
        stale.flush(&mut NoCpus);
    }
    history
}
