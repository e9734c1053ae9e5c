//! Pages that a TD had, on their way back to the host.

use super::host::Host;
use crate::host::{Answer, Hkid, phymem};
use crate::seamcall::Unavailable;
use crate::status::Status;
use core::fmt;
use pt_core::pair::{Clean, DirtyPage, PageSink};
use pt_core::{Gpa, Hpa, Level, Page, Private};

/// How often a write-back is tried while the page's record is locked. Locks of the module are held for the length of a
/// leaf, so that many refusals in a row mean that something is broken.
const ATTEMPTS: usize = 1_000;

/// Makes pages of one TD usable by the host: writes their lines back, and overwrites them.
#[derive(Clone, Debug)]
pub struct Cleaner<H> {
    host: H,
    /// The key that lines may be cached under; none once the caches were written back.
    key: Option<Hkid>,
}

impl<H: Host> Cleaner<H> {
    pub(super) const fn new(host: H, key: Option<Hkid>) -> Self {
        Self { host, key }
    }

    /// Cleans one page of 4 KiB.
    pub(super) fn page(&self, page: Hpa) -> Result<(), NotCleaned> {
        if let Some(key) = self.key {
            write_back(&self.host, page, key)?;
        }
        self.host.clear(page);
        Ok(())
    }
}

/// Writes the lines of a page back that are cached under `key`.
pub(super) fn write_back<H: Host>(host: &H, page: Hpa, key: Hkid) -> Result<(), NotCleaned> {
    let keyed = host.info().key_bits.keyed(page, key).ok_or(NotCleaned::NoKeyedAddress(page))?;
    let mut attempts = 0;
    loop {
        let status = match phymem::page_wbinvd(host.module(), keyed) {
            Ok(phymem::PageWbinvd::Done) => return Ok(()),
            Ok(refused) => refused.status(),
            Err(unavailable) => return Err(NotCleaned::Unavailable(unavailable)),
        };
        attempts += 1;
        if !status.is_busy() || attempts == ATTEMPTS {
            return Err(NotCleaned::Refused(status));
        }
    }
}

impl<H: Host> Clean for Cleaner<H> {
    type Error = NotCleaned;

    fn clean(&mut self, frame: Hpa, bytes: u64) -> Result<(), NotCleaned> {
        for offset in (0..bytes).step_by(1 << 12) {
            self.page(Hpa::new(frame.as_u64() + offset))?;
        }
        Ok(())
    }
}

/// A page was not cleaned, and the host must not use it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum NotCleaned {
    /// TDH.PHYMEM.PAGE.WBINVD refused.
    Refused(Status),
    /// No module took the call.
    Unavailable(Unavailable),
    /// The address and the key identifier do not go together: the page is none of the machine's.
    NoKeyedAddress(Hpa),
}

impl fmt::Display for NotCleaned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status) => write!(f, "TDH.PHYMEM.PAGE.WBINVD: {status}"),
            Self::Unavailable(unavailable) => unavailable.fmt(f),
            Self::NoKeyedAddress(page) => write!(f, "{page} has no address with a key identifier"),
        }
    }
}

impl core::error::Error for NotCleaned {}

/// Takes the pages that were cleaned.
pub trait CleanPages {
    /// The page that was mapped at `address`, by a leaf of level `L`.
    fn take<L: Level>(&mut self, address: Gpa<Private>, page: Page<Private, L>);
}

/// Where nothing comes back: for a TD whose memory was taken away before.
#[derive(Copy, Clone, Debug, Default)]
pub struct NoPages;

impl PageSink for NoPages {
    fn take<L: Level>(&mut self, _: Gpa<Private>, _: DirtyPage<L>) {}
}

/// Cleans what comes back from the module and passes it on. What cannot be cleaned is lost on purpose, and counted.
#[derive(Debug)]
pub struct CleanSink<'p, H, P> {
    cleaner: Cleaner<H>,
    pages: &'p mut P,
    lost: u64,
}

impl<'p, H: Host, P> CleanSink<'p, H, P> {
    /// Passes pages on to `pages`.
    pub const fn new(cleaner: Cleaner<H>, pages: &'p mut P) -> Self {
        Self { cleaner, pages, lost: 0 }
    }

    /// How many bytes could not be cleaned.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }
}

impl<H: Host, P: CleanPages> PageSink for CleanSink<'_, H, P> {
    fn take<L: Level>(&mut self, address: Gpa<Private>, page: DirtyPage<L>) {
        match page.clean(&mut self.cleaner) {
            Ok(page) => self.pages.take(address, page),
            Err((page, _)) => self.lost += page.bytes(),
        }
    }
}
