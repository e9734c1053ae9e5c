//! A requested mapping, as the engine is asked for it.

use crate::lab::Lab;
use pt_core::access::Exclusive;
use pt_core::{Cursor, Direct, DirectMap, Hpa, LeafLevelOf, Page, PageOf, Shared, Whole};
use pt_freestanding::tables::Tables;
use pt_npt::{Npt, NptLeafFields};
use pt_plan::{Mapping, Permissions};
use pt_x86_64::{PageEntryFields, PageTables, Paging};

/// A cursor of the owner of the tree.
pub type Owner<'t, T> = Cursor<'t, T, DirectMap, &'t Tables, Exclusive>;

/// Maps in nested tables.
pub fn map_nested(lab: &Lab, cursor: &mut Owner<'_, Npt>, mapping: &Mapping) {
    let (at, fields) = (lab.guest_physical(mapping.input), nested_fields(mapping.permissions));
    match mapping.shift {
        12 => map::<_, pt_npt::Pt>(cursor, at, mapping.output, fields),
        21 => map::<_, pt_npt::Pd>(cursor, at, mapping.output, fields),
        _ => map::<_, pt_npt::Pdpt>(cursor, at, mapping.output, fields),
    }
}

/// Maps in a guest's own tables.
pub fn map_guest(paging: Paging, cursor: &mut Owner<'_, PageTables>, mapping: &Mapping) {
    let at = paging.address(mapping.input).expect("a canonical address");
    let fields = guest_fields(mapping.permissions);
    match mapping.shift {
        12 => map::<_, pt_x86_64::Pt>(cursor, at, mapping.output, fields),
        21 => map::<_, pt_x86_64::Pd>(cursor, at, mapping.output, fields),
        _ => map::<_, pt_x86_64::Pdpt>(cursor, at, mapping.output, fields),
    }
}

fn map<T, L>(cursor: &mut Owner<'_, T>, at: pt_core::Address<T::Space>, output: u64, attributes: T::Attributes)
where
    T: Direct,
    L: LeafLevelOf<T>,
    Page<Shared, L>: PageOf<T, L>,
    pt_core::Address<T::Space>: pt_core::AddressOf<T>,
{
    let page = Page::<Shared, L>::new(Hpa::new(output)).expect("aligned");
    if let Err(error) = cursor.map::<L, _>(at, page, attributes) {
        panic!("{error}");
    }
}

/// What a nested leaf says of these permissions.
pub fn nested_fields(permissions: Permissions) -> NptLeafFields {
    NptLeafFields {
        write: permissions.contains(Permissions::WRITE),
        user: permissions.contains(Permissions::USER),
        no_execute: !permissions.contains(Permissions::EXECUTE),
        ..NptLeafFields::new()
    }
}

/// What a leaf of a guest's own tables says of these permissions.
pub fn guest_fields(permissions: Permissions) -> PageEntryFields {
    PageEntryFields {
        write: permissions.contains(Permissions::WRITE),
        user: permissions.contains(Permissions::USER),
        no_execute: !permissions.contains(Permissions::EXECUTE),
        ..PageEntryFields::new()
    }
}
