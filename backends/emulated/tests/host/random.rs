//! Random calls of the typed functions, with locks held and interrupts pending: whatever the emulated module answers is
//! in the table of the leaf.

use super::{Emulated, Td, module};
use pt_core::Hpa;
use pt_emulated::Random;
use pt_emulated::tdx::Lock;
use pt_emulated::tdx::lock::Mode;
use pt_tdx::host::{Answer, HkidBits, SourcePage, Tdr, Tdvpr, mem, mng, mr, phymem, vp};
use pt_tdx::{Gpaw, Leaf, PageInfo, Registers, SeptLevel, Status, StatusCode, Unavailable};
use std::collections::BTreeSet;

struct Chaos<'a> {
    module: &'a Emulated,
    td: Td,
    random: Random,
    /// Leaves and their statuses.
    seen: BTreeSet<(Leaf, u64)>,
}

impl Chaos<'_> {
    fn below(&mut self, number: u64) -> u64 {
        self.random.next() % number
    }

    fn page(&mut self) -> Hpa {
        Hpa::new(match self.below(12) {
            0 => 0x10_0000,
            1 => 0x7f00_0000,
            2 => 0x4000_0000 + (self.below(24) << 12),
            3 => self.random.next(),
            4..=7 => 0x4100_0000 + (self.below(4) << 21),
            _ => 0x4080_0000 + (self.below(64) << 12),
        })
    }

    fn tdr(&mut self) -> Tdr {
        let other = self.page();
        Tdr::new(other).ok().filter(|_| self.below(20) == 0).unwrap_or(self.td.tdr)
    }

    fn vcpu(&mut self) -> Tdvpr {
        let other = self.page();
        Tdvpr::new(other).ok().filter(|_| self.below(6) == 0).unwrap_or(self.td.vcpu)
    }

    fn address(&mut self) -> u64 {
        [0, 0x1000, 0x20_0000, 0x3f_f000, 0x4000_0000, 0x4020_0000][self.below(6) as usize]
    }

    fn at(&mut self) -> PageInfo {
        let level = [SeptLevel::Pt, SeptLevel::Pt, SeptLevel::Pd, SeptLevel::Pd, SeptLevel::Pdpt, SeptLevel::Pml4];
        let level = level[self.below(6) as usize];
        let address = self.address();
        let aligned = address >> level.shift() << level.shift();
        let address = if self.below(16) == 0 { address } else { aligned };
        self.td.at(address, level)
    }

    fn check<A: Answer>(&mut self, answer: Result<A, Unavailable>) {
        let answer = answer.expect("a module");
        let status = answer.status();
        let done = status == Status::SUCCESS || A::LEAF == Leaf::VpEnter && status.is(StatusCode::Success);
        let listed = A::POSSIBLE.iter().any(|possible| possible.admits(status));
        assert!(done || listed, "{answer:?}: {}: {status}", A::LEAF);
        self.seen.insert((A::LEAF, status.bits()));
    }

    fn call(&mut self) {
        let (module, tdr, at, page) = (self.module, self.tdr(), self.at(), self.page());
        let (vcpu, address, other) = (self.vcpu(), self.address(), self.page());
        let gpa = self.td.gpa(address);
        match self.below(64) {
            0..=7 => self.check(mem::sept_add(module, tdr, at, &self.td.pages.table())),
            8..=9 => {
                let source = SourcePage::new(other).ok().or_else(|| SourcePage::new(Hpa::new(0x10_0000)).ok());
                self.check(mem::page_add(module, tdr, gpa, page, source.expect("an aligned page")));
            }
            10..=17 => self.check(mem::page_aug(module, tdr, at, page)),
            18..=25 => self.check(mem::range_block(module, tdr, at)),
            26..=29 => self.check(mem::range_unblock(module, tdr, at)),
            30..=34 => self.check(mem::track(module, tdr)),
            35..=37 => self.check(mem::page_remove(module, tdr, at)),
            38..=39 => self.check(mem::sept_remove(module, tdr, at)),
            40..=41 => self.check(mem::page_relocate(module, tdr, gpa, page)),
            42..=44 => self.check(mem::page_demote(module, tdr, at, &self.td.pages.table())),
            45..=47 => self.check(mem::page_promote(module, tdr, at)),
            48..=49 => self.check(mem::sept_read(module, tdr, at)),
            50 => self.check(mem::read(module, tdr, gpa)),
            51 => self.check(mem::write(module, tdr, gpa, 7)),
            52 => self.check(mr::extend(module, tdr, gpa)),
            53 => self.check(phymem::page_read(module, page)),
            54 => self.check(phymem::page_reclaim(module, page)),
            55 => {
                let keyed = HkidBits::new(6).and_then(|bits| bits.keyed(page, super::HKID));
                if let Some(keyed) = keyed {
                    self.check(phymem::page_wbinvd(module, keyed));
                }
            }
            56 => self.check(vp::create(module, tdr, vcpu)),
            57 => self.check(vp::add_cx(module, vcpu, page)),
            58 => self.check(vp::init(module, vcpu, 0)),
            59..=60 => self.check(vp::enter(module, vcpu, &Registers::default())),
            61 => self.check(vp::flush(module, vcpu)),
            62 => self.check(mng::add_cx(module, tdr, page)),
            _ => self.rare(tdr, other),
        }
    }

    /// Leaves after which less can happen.
    fn rare(&mut self, tdr: Tdr, page: Hpa) {
        let module = self.module;
        match self.below(200) {
            0..=59 => self.check(mng::create(module, tdr, super::HKID)),
            60..=79 => self.check(mng::key_config(module, tdr)),
            80..=99 => self.check(mng::init(module, tdr, page)),
            100..=129 => self.check(mr::finalize(module, tdr)),
            130..=149 => self.check(phymem::cache_wb(module, phymem::WriteBack::Start)),
            150..=169 => self.check(phymem::cache_wb(module, phymem::WriteBack::Resume)),
            170..=198 => self.check(mng::key_free_id(module, tdr)),
            _ => self.check(mng::vp_flush_done(module, tdr)),
        }
    }

    /// One call, now and then while another agent holds a lock or an interrupt is pending.
    fn step(&mut self) {
        let agent = match self.below(40) {
            0 => Some((Lock::Tree, Mode::Shared)),
            1 => Some((Lock::Tree, Mode::Exclusive)),
            2 => Some((Lock::Epoch, Mode::Exclusive)),
            3 => Some((Lock::OpState, Mode::Exclusive)),
            4 => Some((Lock::Tdr, Mode::Exclusive)),
            _ => None,
        };
        let interrupt = (self.below(10) == 0).then(|| self.below(3));
        let page = self.td.tdr.page();
        let held = agent.filter(|&(lock, mode)| self.module.hold(page, lock, mode).is_ok());
        self.module.set_interrupt(interrupt);
        self.call();
        if let Some((lock, mode)) = held {
            self.module.release(page, lock, mode);
        }
    }
}

#[test]
fn whatever_the_module_answers_is_in_the_table_of_its_leaf() {
    let mut seen = BTreeSet::new();
    for seed in 0..24 {
        let gpaw = [Gpaw::Bits48, Gpaw::Bits48FiveLevels, Gpaw::Bits52][seed as usize % 3];
        let module = module();
        let td = Td::build(&module, &module, gpaw);
        if seed % 4 != 0 {
            td.link(&module, 0, SeptLevel::Pt);
            assert!(mr::finalize(&module, td.tdr).is_ok());
        }
        let mut chaos = Chaos { module: &module, td, random: Random::new(seed), seen };
        (0..4_000).for_each(|_| chaos.step());
        seen = chaos.seen;
    }
    let succeeded = seen.iter().filter(|(_, status)| *status == 0).count();
    assert!(succeeded >= 15 && seen.len() >= 180, "{succeeded} leaves succeeded, {} kinds of answers", seen.len());
}
