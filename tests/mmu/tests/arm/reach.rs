//! What one stage does with an access, if it maps what is listed.

use crate::access::{Access, Refusal};
use crate::shape::Shape;
use pt_plan::{Mapping, Random, walk_ends};

/// What of a leaf follows from the address that it maps, so that the list needs no further column.
#[derive(Copy, Clone, Debug)]
pub struct Traits {
    /// Which byte of `MAIR_EL1` says what memory it is.
    pub attribute_index: u64,
    /// Whether it has the access flag.
    pub accessed: bool,
}

impl Traits {
    pub const fn of(mapping: &Mapping) -> Self {
        let random = Random::new(mapping.input).bits();
        // What leads to itself is there for the MMU's own accesses to tables.
        let accessed = mapping.input == mapping.output || random >> 8 & 7 != 0;
        Self { attribute_index: random % 8, accessed }
    }
}

/// Where an access gets to, and by what kind of leaf; or why it does not, and at which level.
pub fn reach(access: Access, shape: Shape, list: &[Mapping], address: u64) -> Result<(u64, Traits), (Refusal, i32)> {
    let Some(mapping) = list.iter().find(|mapping| mapping.covers(address)) else {
        return Err((Refusal::Translation, shape.level(walk_ends(list, address, &shape.shifts()))));
    };
    let (level, traits) = (shape.level(mapping.shift), Traits::of(mapping));
    if !traits.accessed && !shape.sets_accessed {
        Err((Refusal::AccessFlag, level))
    } else if access.is_allowed(mapping.permissions) {
        Ok((mapping.translate(address), traits))
    } else {
        Err((Refusal::Permission, level))
    }
}
