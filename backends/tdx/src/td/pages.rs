//! Pages that the module has, for a control structure: remembered so that each comes back.

use super::failure::{Cause, settle};
use super::host::Host;
use crate::host::{Answer, phymem};
use crate::seamcall::Unavailable;
use pt_core::{Hpa, TableAllocator};

/// Up to `N` pages, in the order in which they were given.
#[derive(Copy, Clone, Debug)]
pub(super) struct Pages<const N: usize> {
    pages: [Hpa; N],
    len: usize,
}

impl<const N: usize> Pages<N> {
    pub(super) const fn new() -> Self {
        Self { pages: [Hpa::new(0); N], len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Takes pages from the allocator and gives each to the module by `give`, until there are `wanted`. A page that
    /// the module does not take goes back.
    pub(super) fn fill<H: Host, A: Answer>(
        &mut self,
        host: &H,
        wanted: usize,
        mut give: impl FnMut(Hpa) -> Result<A, Unavailable>,
    ) -> Result<(), Cause> {
        if wanted > N {
            return Err(Cause::TooManyPages);
        }
        while self.len < wanted {
            let page = host.allocator().allocate(0).ok_or(Cause::OutOfPages)?;
            if let Err(cause) = settle(give(page)) {
                host.allocator().free(page, 0);
                return Err(cause);
            }
            self.pages[self.len] = page;
            self.len += 1;
        }
        Ok(())
    }

    /// Takes the pages back from the module, the last one first.
    pub(super) fn reclaim<H: Host>(&mut self, host: &H) -> Result<(), Cause> {
        while self.len > 0 {
            reclaim(host, self.pages[self.len - 1])?;
            self.len -= 1;
        }
        Ok(())
    }
}

/// Takes a page of a TD whose key is free back, and gives it to the allocator. No cache has lines of it:
/// TDH.PHYMEM.CACHE.WB wrote them back.
pub(super) fn reclaim<H: Host>(host: &H, page: Hpa) -> Result<(), Cause> {
    settle(phymem::page_reclaim(host.module(), page))?;
    host.clear(page);
    host.allocator().free(page, 0);
    Ok(())
}
