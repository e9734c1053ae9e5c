//! A requested mapping, as the engine is asked for it.

use crate::lab::EptTree;
use pt_core::access::Exclusive;
use pt_core::{Cursor, DirectMap, Guest, Hpa, LeafLevelOf, Page, PageOf, Shared, Whole};
use pt_ept::{Ept, EptLeafFields, MemoryType, Pd, Pdpt, Pt, WalkLength};
use pt_freestanding::tables::Tables;
use pt_plan::{Mapping, Permissions};

/// The size of a page is a type to the engine, and a number in a plan.
macro_rules! at_level_of {
    ($mapping:expr, $level:ident => $done:expr) => {
        match $mapping.shift {
            12 => {
                type $level = Pt;
                $done
            }
            21 => {
                type $level = Pd;
                $done
            }
            _ => {
                type $level = Pdpt;
                $done
            }
        }
    };
}
pub(crate) use at_level_of;

/// A cursor of the owner of the tree.
pub type Owner<'t> = Cursor<'t, Ept, DirectMap, &'t Tables, Exclusive>;

/// A guest-physical address.
pub fn guest_physical(paging: WalkLength, address: u64) -> pt_core::Gpa<Guest> {
    paging.address(address).expect("no more bits than an EPT translates")
}

/// Maps it.
///
/// # Panics
/// If the engine refuses.
pub fn map(tree: &mut EptTree, tables: &Tables, mapping: &Mapping, memory_type: MemoryType) {
    let at = guest_physical(tree.geometry(), mapping.input);
    let attributes = attributes(mapping.permissions, memory_type);
    let mut cursor = tree.exclusive(tables);
    at_level_of!(mapping, Level => map_page::<Level>(&mut cursor, at, mapping.output, attributes));
}

fn map_page<L>(cursor: &mut Owner<'_>, at: pt_core::Gpa<Guest>, output: u64, attributes: EptLeafFields)
where
    L: LeafLevelOf<Ept>,
    Page<Shared, L>: PageOf<Ept, L>,
{
    let page = Page::<Shared, L>::new(Hpa::new(output)).expect("the plan aligns it");
    if let Err(error) = cursor.map::<L, _>(at, page, attributes) {
        panic!("{error}");
    }
}

/// What a leaf says of these permissions.
pub fn attributes(permissions: Permissions, memory_type: MemoryType) -> EptLeafFields {
    EptLeafFields {
        read: permissions.contains(Permissions::READ),
        write: permissions.contains(Permissions::WRITE),
        execute: permissions.contains(Permissions::EXECUTE),
        memory_type,
        ..EptLeafFields::new()
    }
}
