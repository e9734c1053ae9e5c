//! Whether a root is the one that CPUs load, as a type.
//!
//! To unmap everything at once, a VMM does not walk: it puts an empty root in the place of the old one, has every CPU
//! load that, and takes the old tree apart later. [`Tree::renew`] does the first step, and returns the old tree as
//! [`Invalid`]. It can be read, and freed; nothing is mapped in it any more, and no CPU is given its root. A tree that
//! is [`Valid`] cannot be freed: it has to be invalidated first.

use crate::allocator::{OutOfTables, TableAllocator};
use crate::memory::Memory;
use crate::table::{Direct, Visible};
use crate::tree::Tree;

mod sealed {
    pub trait Sealed {}
}

/// Whether a root may be loaded.
pub trait Validity: sealed::Sealed + 'static {
    /// What messages say of such a root.
    const NAME: &'static str;
}

/// The root is the one that CPUs load.
#[derive(Debug)]
pub enum Valid {}

/// Another root has taken the place of this one: no CPU loads it any more.
#[derive(Debug)]
pub enum Invalid {}

impl sealed::Sealed for Valid {}
impl sealed::Sealed for Invalid {}

impl Validity for Valid {
    const NAME: &'static str = "";
}
impl Validity for Invalid {
    const NAME: &'static str = "invalid ";
}

/// A root of the table `T` in which something can be mapped, and that a CPU can load.
#[diagnostic::on_unimplemented(
    message = "this root of `{T}` is invalid: no CPU loads it any more, and what is mapped in it is lost",
    label = "this tree was invalidated",
    note = "work on the tree that has taken its place: `renew` leaves a new, empty one there"
)]
pub trait ValidRoot<T: Visible>: Validity {}

/// A root of the table `T` whose tables can be freed.
#[diagnostic::on_unimplemented(
    message = "this root of `{T}` is valid: a CPU that loads it would walk tables that are freed",
    label = "this tree is in use",
    note = "`renew` puts an empty root in its place and returns this one, to be freed; `invalidate` ends the tree"
)]
pub trait InvalidRoot<T: Visible>: Validity {}

impl<T: Visible> ValidRoot<T> for Valid {}
impl<T: Visible> InvalidRoot<T> for Invalid {}

impl<T: Direct, M: Memory> Tree<T, M> {
    /// Puts an empty root in the place of this one, and returns the old tree. CPUs go on translating through the old
    /// one until they have loaded the new root and dropped what they cached: see to that before it is freed.
    ///
    /// # Errors
    /// [`OutOfTables`] if there is no page for the root. Nothing was changed then.
    pub fn renew<A: TableAllocator>(&mut self, allocator: &A) -> Result<Tree<T, M, Invalid>, OutOfTables>
    where
        M: Clone,
    {
        let new = Self::empty(self.geometry(), self.config(), self.memory().clone(), allocator)?;
        Ok(core::mem::replace(self, new).invalidate())
    }

    /// Ends the tree. CPUs go on translating through it until they have dropped what they cached: see to that before
    /// it is freed.
    pub fn invalidate(self) -> Tree<T, M, Invalid> {
        self.with_validity()
    }
}

#[cfg(test)]
mod tests {
    use crate::address::{Hpa, PAGE_SHIFT, RawGpa, Route};
    use crate::arena::Arena;
    use crate::geometry::Split;
    use crate::page::Page;
    use crate::sample::{Fields, Pt, SharedSample, Width};
    use crate::tree::Tree;
    use std::format;

    #[test]
    fn renewing_a_tree_unmaps_everything_at_once() {
        let arena = Arena::new(Hpa::new(0x10_0000), 16 << PAGE_SHIFT);
        let mut tree: Tree<SharedSample, _> = Tree::new(Width::Bits48, &arena, &arena).unwrap();
        let Ok(Route::Shared(at)) = Width::Bits48.route(RawGpa::new(1 << 47)) else { panic!("it is shared") };
        tree.exclusive(&arena).map::<Pt, _>(at, Page::new(Hpa::new(0x5000)).unwrap(), Fields::RWX).unwrap();
        assert_eq!(arena.pages_in_use(), 4);
        let root = tree.root_frame();

        let old = tree.renew(&arena).unwrap();
        assert_ne!(tree.root_frame(), root);
        assert!(tree.reader().translate(at).is_none());
        assert_eq!(old.reader().root_table(), root);
        assert_eq!(old.reader().translate(at).unwrap().address, Hpa::new(0x5000), "it is taken apart later");
        assert!(format!("{old:?}").starts_with("invalid SharedSample"), "{old:?}");
        assert_eq!(old.free(&arena), 4);
        assert_eq!(arena.pages_in_use(), 1);
        assert_eq!((tree.invalidate().free(&arena), arena.pages_in_use()), (1, 0));
    }

    #[test]
    fn a_tree_that_cannot_be_renewed_stays() {
        let arena = Arena::new(Hpa::new(0x10_0000), 1 << PAGE_SHIFT);
        let mut tree: Tree<SharedSample, _> = Tree::new(Width::Bits48, &arena, &arena).unwrap();
        let root = tree.root_frame();
        assert!(tree.renew(&arena).is_err());
        assert_eq!(tree.root_frame(), root);
    }
}
