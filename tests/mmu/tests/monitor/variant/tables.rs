//! Tables of any variant, made by the engine.

use pt_core::{Arena, Direct, Hpa, LeafLevelOf, Page, PageOf, Shared, Tree, UsedByCpu, Whole};
use pt_mmu::NoCpus;
use pt_plan::{Mapping, Permissions};
use std::error::Error;

/// Tables of `T`, whose smallest pages are those of level `L`. `attributes` says permissions in its words.
///
/// What is `former` is mapped and unmapped; what is requested is mapped closed, and its permissions are changed.
pub fn build<T, L>(
    geometry: T::Geometry,
    config: T::Config,
    attributes: impl Fn(Permissions) -> T::Attributes,
    arena: &Arena,
    former: &[Mapping],
    requested: &[Mapping],
) -> Result<Hpa, Box<dyn Error>>
where
    T: Direct + UsedByCpu,
    T::Geometry: Whole<Space = T::Space>,
    L: LeafLevelOf<T>,
    Page<Shared, L>: PageOf<T, L>,
{
    let mut tree: Tree<T, _> = Tree::configured(geometry, config, arena, arena)?;
    let mut cursor = tree.exclusive(arena);
    for mapping in former {
        let range = geometry.range(geometry.address(mapping.input)?, mapping.bytes())?;
        cursor.map_range(range, Page::<_, L>::new(Hpa::new(mapping.output))?, attributes(mapping.permissions))?;
    }
    for mapping in former {
        let range = geometry.range(geometry.address(mapping.input)?, mapping.bytes())?;
        cursor.clear_range(range, &mut NoCpus).map_err(|stopped| stopped.to_string())?.flush(&mut NoCpus);
    }
    for mapping in requested {
        let range = geometry.range(geometry.address(mapping.input)?, mapping.bytes())?;
        cursor.map_range(range, Page::<_, L>::new(Hpa::new(mapping.output))?, attributes(Permissions::READ))?;
        let changed = cursor.protect_range(range, attributes(mapping.permissions), &mut NoCpus);
        changed.map_err(|stopped| stopped.to_string())?.flush(&mut NoCpus);
    }
    drop(cursor);
    Ok(tree.root_frame())
}
