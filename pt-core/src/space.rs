//! Input-address spaces: which half of which address space an address, a table or a page belongs to.
//!
//! The markers are uninhabited. They exist only as type parameters, so that an address of one space
//! cannot be given to a table of another.

use crate::geometry::Extension;
use core::fmt::Debug;
use core::hash::Hash;

mod sealed {
    pub trait Sealed {}
}

/// An input-address space of a page table.
pub trait Space: sealed::Sealed + Copy + Ord + Hash + Debug + 'static {
    /// The name used in messages and drawings.
    const NAME: &'static str;
    /// How the bits above the width must look in its addresses, if that is not the geometry's to say.
    const EXTENSION: Option<Extension> = None;
}

macro_rules! spaces {
    ($($(#[$doc:meta])* $name:ident = $text:literal $(, $extension:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl Space for $name {
            const NAME: &'static str = $text;
            $(const EXTENSION: Option<Extension> = Some(Extension::$extension);)?
        }
    )*};
}

spaces! {
    /// Guest-physical memory that the VMM can read: the half with ordinary, host-visible pages.
    Shared = "shared";
    /// Guest-physical memory that belongs to the guest alone; the VMM sees ciphertext or nothing.
    Private = "private";
    /// Page-table pages of a table that the monitor owns. No address has this space.
    Protected = "protected";
    /// Guest-physical memory of a machine that does not split its address space.
    Guest = "guest";
    /// A virtual address space.
    Virtual = "virtual";
    /// The lower end of a virtual address space with [two roots](crate::two_roots).
    Lower = "lower", Zero;
    /// The upper end of a virtual address space with [two roots](crate::two_roots).
    Upper = "upper", Ones;
}
