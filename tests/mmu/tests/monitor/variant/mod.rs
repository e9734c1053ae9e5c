//! The tables that the machine is put on: for each variant, how its mode is chosen, and what its entries can say.

mod long_mode;
mod pae;
mod tables;

use crate::machine::Mode;
use pt_core::{Arena, Hpa};
use pt_plan::{Mapping, Space, Span};
use std::error::Error;
use std::fmt::Debug;

/// A mode of paging.
pub trait Variant: Debug {
    /// The registers that choose it.
    fn mode(&self) -> Mode;
    /// What can be requested.
    fn space(&self) -> Space<'static>;
    /// Has the engine make tables that map `former`, unmap all of it, and map what is `requested`. Returns the frame
    /// of the root.
    ///
    /// # Errors
    /// What the engine refuses.
    fn build(&self, arena: &Arena, former: &[Mapping], requested: &[Mapping]) -> Result<Hpa, Box<dyn Error>>;
}

/// All of them.
pub const VARIANTS: [&dyn Variant; 3] =
    [&pt_x86_64::Paging::FourLevels, &pt_x86_64::Paging::FiveLevels, &pt_pae::Paging::Pae];

/// Where leaves lead to. There need not be memory: nothing is read from it.
const MEMORY: Span = Span::new(0, (1 << 46) - 1);
