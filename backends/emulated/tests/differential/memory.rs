//! Operations that take memory away, change its kind, or its shape.

use crate::bench::Bench;
use crate::op::{BLOCK, Spot};
use crate::vcpus::{NoTranslations, Vcpus};
use crate::world::World;
use pt_core::pair::{PageSink, Removal, RemovalError};
use pt_core::{AddressRange, Arena, Private, Shared};
use pt_tdx::td::ModuleHooks;
use pt_tdx::{Level, Pd, PrivateEpt};

type Session<'id, 's, 'b, K> = Removal<'id, 's, PrivateEpt, &'b Arena, &'b Arena, ModuleHooks<&'b Bench>, K>;
type Done<T> = Result<T, RemovalError<Level>>;

impl<'b> World<'b> {
    /// Runs a session in which memory is taken away.
    fn session<R>(
        &mut self,
        work: impl for<'id, 's, 'v> FnOnce(&mut Session<'id, 's, 'b, Vcpus<'v, 'b>>, &mut crate::frames::Frames<'b>) -> R,
    ) -> R {
        let Self { td, vcpus, frames, .. } = self;
        let mut kick = Vcpus(vcpus);
        td.as_mut().expect("the TD lives").removal(&mut kick, |session| work(session, frames))
    }

    /// A failure needs a reason.
    fn check<T>(&self, done: &Done<T>, possible: bool) {
        if let Err(error) = done {
            assert!(!possible || self.is_disturbed(), "{error}");
        }
    }

    pub fn convert(&mut self, spot: Spot, pages: u64) {
        let (gfn, mut pages) = Self::run(spot, pages);
        let shared = self.frames.shared.contains(&gfn);
        pages = (gfn..gfn + pages).take_while(|page| self.frames.shared.contains(page) == shared).count() as u64;
        if shared {
            let range = self.range::<Shared>(gfn, pages);
            let td = self.td.as_mut().expect("the TD lives");
            let stale = td.convert_to_private(range, &mut NoTranslations, |_| ());
            stale.expect("nobody else changes shared tables").flush(&mut NoTranslations);
            (gfn..gfn + pages).for_each(|page| _ = self.frames.shared.remove(&page));
            return;
        }
        let range = self.range::<Private>(gfn, pages);
        let Self { td, vcpus, frames, .. } = self;
        let converted = td.as_mut().expect("the TD lives").convert_to_shared(range, &mut Vcpus(vcpus), frames);
        self.settle();
        match converted {
            Ok(_) => {
                self.frames.shared.extend(gfn..gfn + pages);
                let left = (gfn..gfn + pages).find(|&page| self.model.find(page).is_some());
                assert_eq!(left, None, "a page of the range is still the TD's");
            }
            Err(refused) => self.check::<()>(&Err(refused.error), true),
        }
    }

    pub fn remove(&mut self, runs: &[(Spot, u64)]) {
        let runs: Vec<(u64, u64)> = runs.iter().map(|&(spot, pages)| Self::run(spot, pages)).collect();
        let ranges: Vec<_> = runs.iter().map(|&(gfn, pages)| self.range::<Private>(gfn, pages)).collect();
        let done = self.session(|session, frames| match *ranges {
            [a] => remove(session, [a], frames),
            [a, b] => remove(session, [a, b], frames),
            [a, b, c] => remove(session, [a, b, c], frames),
            _ => Ok(()),
        });
        self.settle();
        self.check(&done, true);
        if done.is_ok() {
            let left =
                runs.iter().flat_map(|&(gfn, pages)| gfn..gfn + pages).find(|&page| self.model.find(page).is_some());
            assert_eq!(left, None, "a page of the runs is still the TD's");
        }
    }

    pub fn restore(&mut self, spot: Spot, pages: u64) {
        let (gfn, pages) = Self::run(spot, pages);
        let range = self.range::<Private>(gfn, pages);
        let done = self.session(|session, _| session.restore(range));
        self.check(&done, true);
        if done.is_ok() {
            assert!(!self.is_blocked(gfn, pages), "{gfn:#x} is still blocked");
        }
    }

    pub fn split(&mut self, gfn: u64) {
        let address = self.range::<Private>(gfn, 1).start();
        let possible = self.model.find(gfn).is_some_and(|(_, leaf)| leaf.large);
        let done = self.session(|session, _| session.split(address));
        self.check(&done, possible);
        if done.is_ok() && possible {
            self.model.split(gfn);
        }
    }

    pub fn merge(&mut self, block: u64) {
        let address = self.range::<Private>(block, 1).start();
        let possible = self.model.is_mergeable(block) && !self.is_blocked(block, BLOCK);
        let done = self.session(|session, _| session.merge::<Pd>(address));
        self.check(&done, possible);
        if done.is_ok() {
            assert!(self.model.is_mergeable(block), "{block:#x} is merged");
            self.model.merge(block);
        }
    }

    pub fn prune(&mut self, block: u64) {
        let range = self.range::<Private>(block, BLOCK);
        let done = self.session(|session, _| session.prune(range));
        self.check(&done, true);
    }
}

/// Blocks, tracks once, removes.
fn remove<K: pt_core::pair::Kick, const N: usize>(
    session: &mut Session<'_, '_, '_, K>,
    ranges: [AddressRange<Private>; N],
    sink: &mut impl PageSink,
) -> Done<()> {
    let mut blocked = Vec::with_capacity(N);
    for range in ranges {
        blocked.push(session.block(range).map_err(|refused| refused.error)?);
    }
    let Ok(blocked) = <[_; N]>::try_from(blocked) else { return Ok(()) };
    let tracked = session.track(blocked).map_err(|refused| RemovalError::Track(refused.cause))?;
    for batch in tracked {
        session.remove(batch, sink).map_err(|refused| refused.error)?;
    }
    Ok(())
}
