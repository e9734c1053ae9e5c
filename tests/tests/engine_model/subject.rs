//! The tables that are tested, behind one face without types of levels.

use crate::model::{Obstacle, Page};
use pt_core::access::Exclusive;
use pt_core::cursor::OldLeaf;
use pt_core::error::ObstacleOf;
use pt_core::flush::Scope;
use pt_core::table::{AddressOf, Direct, UsedByCpu};
use pt_core::{Address, AddressRange, Arena, Cursor, Invalidate, Levels, Table};

/// CPUs that count their flushes.
#[derive(Default)]
pub struct Cpus(pub usize);

impl<T: UsedByCpu> Invalidate<T> for Cpus {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {
        self.0 += 1;
    }
}

pub type Exclusively<'t, T> = Cursor<'t, T, &'t Arena, &'t Arena, Exclusive>;

/// A table of the tests. Levels are numbers, 0 for the smallest leaves; all have 512 entries.
pub trait Subject: Direct + UsedByCpu {
    /// Its addresses.
    type At: AddressOf<Self>;
    /// The bits of an entry: present, not a table, accessed, dirty.
    const PRESENT: u64;
    const LARGE: u64;
    const ACCESSED: u64;
    const DIRTY: u64;

    /// The features of the machine.
    const CONFIG: Self::Config;
    /// The geometries, with the number of the root's level.
    const GEOMETRIES: &'static [(Self::Geometry, u8)];
    /// Where the tests map something: far from each other, and at the very top.
    const REGIONS: &'static [u64];

    fn address(geometry: Self::Geometry, at: u64) -> Self::At;
    fn range(geometry: Self::Geometry, start: u64, bytes: u64) -> AddressRange<Self::Space>;
    fn attributes(page: Page) -> Self::Attributes;
    /// Rights, accessed and dirty bit.
    fn read(attributes: Self::Attributes) -> (u8, bool, bool);

    fn map(cursor: &mut Exclusively<'_, Self>, at: Self::At, page: Page) -> Result<(), Obstacle>;
    fn map_range(
        cursor: Exclusively<'_, Self>,
        range: AddressRange<Self::Space>,
        first: Page,
        largest: u8,
    ) -> Result<(), (Option<u64>, Obstacle)>;
    fn unmap(cursor: &mut Exclusively<'_, Self>, at: Self::At, level: u8) -> Result<(u64, Page), Obstacle>;
    fn protect(cursor: &mut Exclusively<'_, Self>, at: Self::At, page: Page) -> Result<(u64, Page), Obstacle>;
    fn split(cursor: &mut Exclusively<'_, Self>, at: Self::At, level: u8) -> Result<(), Obstacle>;
    fn merge(cursor: &mut Exclusively<'_, Self>, at: Self::At, level: u8) -> Result<(), Obstacle>;
}

pub fn page<T: Subject>(level: T::Levels, frame: u64, attributes: T::Attributes) -> Page {
    let (rights, accessed, dirty) = T::read(attributes);
    Page { level: level.number(), frame, rights, accessed, dirty }
}

pub fn old<T: Subject>(leaf: &OldLeaf<T>) -> (u64, Page) {
    (leaf.address.as_u64(), page::<T>(leaf.level, leaf.frame.as_u64(), leaf.attributes))
}

pub fn kind<T: Table>(obstacle: ObstacleOf<T>) -> Obstacle {
    use pt_core::Obstacle as Found;
    match obstacle {
        Found::Absent { .. } => Obstacle::Absent,
        Found::Leaf { .. } => Obstacle::Leaf,
        Found::Table { .. } => Obstacle::Table,
        Found::OutOfTables { .. } => Obstacle::OutOfTables,
        Found::Mismatch { .. } => Obstacle::Mismatch,
        Found::FrameDoesNotFit { .. } => Obstacle::FrameDoesNotFit,
        other => panic!("{other}"),
    }
}

/// Implements what of [`Subject`] depends on the types of levels. `$page` is the kind of the pages.
macro_rules! dispatch {
    ($page:ty; $small:ty, $middle:ty, $large:ty) => {
        fn map(cursor: &mut Exclusively<'_, Self>, at: Self::At, page: Page) -> Result<(), Obstacle> {
            let (frame, attributes) = (Hpa::new(page.frame), Self::attributes(page));
            let mapped = match page.level {
                0 => cursor.map(at, Frame::<$page, $small>::new(frame).unwrap(), attributes).map_err(|e| e.obstacle),
                1 => cursor.map(at, Frame::<$page, $middle>::new(frame).unwrap(), attributes).map_err(|e| e.obstacle),
                _ => cursor.map(at, Frame::<$page, $large>::new(frame).unwrap(), attributes).map_err(|e| e.obstacle),
            };
            mapped.map_err(kind::<Self>)
        }

        fn map_range(
            cursor: Exclusively<'_, Self>,
            range: AddressRange<Self::Space>,
            first: Page,
            largest: u8,
        ) -> Result<(), (Option<u64>, Obstacle)> {
            let (frame, attributes) = (Hpa::new(first.frame), Self::attributes(first));
            let mut cursor = cursor.limit_blocks(Self::Levels::from_number(largest).unwrap());
            let (done, obstacle) = match first.level {
                0 => match cursor.map_range(range, Frame::<$page, $small>::new(frame).unwrap(), attributes) {
                    Ok(()) => return Ok(()),
                    Err(error) => (error.done, error.obstacle),
                },
                _ => match cursor.map_range(range, Frame::<$page, $middle>::new(frame).unwrap(), attributes) {
                    Ok(()) => return Ok(()),
                    Err(error) => (error.done, error.obstacle),
                },
            };
            Err((done.map(|done| done.bytes()), kind::<Self>(obstacle)))
        }

        fn unmap(cursor: &mut Exclusively<'_, Self>, at: Self::At, level: u8) -> Result<(u64, Page), Obstacle> {
            let unmapped = match level {
                0 => cursor.unmap::<$small>(at),
                1 => cursor.unmap::<$middle>(at),
                _ => cursor.unmap::<$large>(at),
            };
            unmapped.map(|stale| old(&stale.flush(&mut Cpus::default()))).map_err(kind::<Self>)
        }

        fn protect(cursor: &mut Exclusively<'_, Self>, at: Self::At, page: Page) -> Result<(u64, Page), Obstacle> {
            let protected = match page.level {
                0 => cursor.protect::<$small>(at, Self::attributes(page)),
                1 => cursor.protect::<$middle>(at, Self::attributes(page)),
                _ => cursor.protect::<$large>(at, Self::attributes(page)),
            };
            protected.map(|stale| old(&stale.flush(&mut Cpus::default()))).map_err(kind::<Self>)
        }

        fn split(cursor: &mut Exclusively<'_, Self>, at: Self::At, level: u8) -> Result<(), Obstacle> {
            let mut cpus = Cpus::default();
            let split =
                if level == 1 { cursor.split::<$middle>(at, &mut cpus) } else { cursor.split::<$large>(at, &mut cpus) };
            split.map(|stale| stale.flush(&mut cpus)).map_err(kind::<Self>)
        }

        fn merge(cursor: &mut Exclusively<'_, Self>, at: Self::At, level: u8) -> Result<(), Obstacle> {
            let mut cpus = Cpus::default();
            let merged =
                if level == 1 { cursor.merge::<$middle>(at, &mut cpus) } else { cursor.merge::<$large>(at, &mut cpus) };
            merged.map_err(kind::<Self>)
        }
    };
}

/// x86-64 page tables: split in place, canonical addresses.
mod long_mode {
    use super::*;
    use pt_core::{Hpa, Page as Frame, Shared, Whole};
    use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pd, Pdpt, Pt};

    impl Subject for PageTables {
        type At = Address<Self::Space>;
        const CONFIG: Features = Features::all();
        const PRESENT: u64 = 1;
        const LARGE: u64 = 1 << 7;
        const ACCESSED: u64 = 1 << 5;
        const DIRTY: u64 = 1 << 6;
        const GEOMETRIES: &'static [(Paging, u8)] = &[(Paging::FourLevels, 3), (Paging::FiveLevels, 4)];
        const REGIONS: &'static [u64] = &[0, 0x7f80_0000_0000, 0xffff_8000_0000_0000, 0xffff_ffff_0000_0000];

        fn address(geometry: Paging, at: u64) -> Self::At {
            geometry.address(at).unwrap()
        }
        fn range(geometry: Paging, start: u64, bytes: u64) -> AddressRange<Self::Space> {
            geometry.range(geometry.address(start).unwrap(), bytes).unwrap()
        }
        fn attributes(page: Page) -> PageEntryFields {
            let Page { rights, accessed, dirty, .. } = page;
            let (write, pat) = (rights & 1 != 0, rights & 2 != 0);
            PageEntryFields { write, pat, accessed, dirty, ..PageEntryFields::new() }
        }
        fn read(attributes: PageEntryFields) -> (u8, bool, bool) {
            let PageEntryFields { write, pat, accessed, dirty, .. } = attributes;
            (u8::from(write) | u8::from(pat) << 1, accessed, dirty)
        }
        dispatch!(Shared; Pt, Pd, Pdpt);
    }
}

/// A table that must break before it makes.
mod breaking {
    use super::*;
    use pt_core::{Hpa, Page as Frame, Shared, Whole};
    use pt_tests::{Large, MappingFields, Middle, Small, Stage2, Width};

    impl Subject for Stage2 {
        type At = Address<Self::Space>;
        const CONFIG: () = ();
        const PRESENT: u64 = 1;
        const LARGE: u64 = 1 << 7;
        const ACCESSED: u64 = 1 << 5;
        const DIRTY: u64 = 1 << 6;
        const GEOMETRIES: &'static [(Width, u8)] = &[(Width::Bits48, 3), (Width::Bits52, 4)];
        const REGIONS: &'static [u64] = &[0, 0x7f_8000_0000, 0x8000_0000_0000, 0xffff_0000_0000];

        fn address(geometry: Width, at: u64) -> Self::At {
            geometry.address(at).unwrap()
        }
        fn range(geometry: Width, start: u64, bytes: u64) -> AddressRange<Self::Space> {
            geometry.range(geometry.address(start).unwrap(), bytes).unwrap()
        }
        fn attributes(page: Page) -> MappingFields {
            let Page { rights, accessed, dirty, .. } = page;
            let (write, execute) = (rights & 1 != 0, rights & 2 != 0);
            MappingFields { write, execute, accessed, dirty }
        }
        fn read(attributes: MappingFields) -> (u8, bool, bool) {
            let MappingFields { write, execute, accessed, dirty, .. } = attributes;
            (u8::from(write) | u8::from(execute) << 1, accessed, dirty)
        }
        dispatch!(Shared; Small, Middle, Large);
    }
}

pub use pt_tests::Stage2;
pub use pt_x86_64::PageTables;
