//! A TD with vCPUs, and a VMM that writes its tables by hand: no engine is involved.

use crate::modelled::{Td, TdVcpu, TdVcpus, accept, address_space, paging};
use pt_core::flush::Scope;
use pt_core::level::Levels;
use pt_core::{Hpa, Invalidate, RawGpa, Route, Split, TableAllocator};
use pt_emulated::cpu::Paging;
use pt_emulated::monitor::{GuestAnswer, Operation};
use pt_emulated::{Machine, Monitor};
use pt_tdx::{Gpaw, Level, SeptHooksMethod as Method, SharedEpt};
use std::sync::Arc;

/// A private address, aligned to 1 GiB.
pub const PRIVATE: u64 = 0x4000_0000;
/// Shared EPT: read, write and execute, write-back, suppress #VE.
pub const RWX: u64 = 1 << 63 | 0x37;
/// An entry that points to a table.
const TABLE: u64 = 7;
/// An absent entry whose violations leave the guest.
const ABSENT: u64 = 1 << 63;

pub struct Host {
    pub machine: Arc<Machine>,
    pub td: Arc<Td>,
    pub vcpus: Arc<TdVcpus>,
    pub shared_root: Hpa,
    pub gpaw: Gpaw,
}

impl Host {
    pub fn new(gpaw: Gpaw) -> Self {
        Self::with(gpaw, |paging| paging)
    }

    pub fn with(gpaw: Gpaw, change: impl FnOnce(Paging) -> Paging) -> Self {
        let machine = Arc::new(Machine::new(Hpa::new(0x20_0000), 12 << 20));
        Self::of(&Monitor::new(machine, 42), gpaw, change)
    }

    /// A further TD of the same machine.
    pub fn beside(&self) -> Self {
        Self::of(self.td.monitor(), self.gpaw, |paging| paging)
    }

    fn of(monitor: &Arc<Monitor>, gpaw: Gpaw, change: impl FnOnce(Paging) -> Paging) -> Self {
        let machine = monitor.machine().clone();
        let td = Arc::new(monitor.create(address_space(gpaw)).unwrap());
        let shared_root = table(&machine);
        let vcpus = TdVcpus::new(td.clone(), change(paging(gpaw, shared_root)));
        Self { machine, td, vcpus, shared_root, gpaw }
    }

    /// A TD that can run.
    pub fn running() -> Self {
        let host = Self::new(Gpaw::Bits48);
        host.td.finalize().unwrap();
        host
    }

    pub fn shared(&self, address: u64) -> u64 {
        address | self.gpaw.split_mask()
    }

    pub fn page(&self) -> Hpa {
        self.machine.allocate(0).unwrap()
    }

    /// A page of this byte, as the VMM writes it.
    pub fn page_of(&self, byte: u8) -> Hpa {
        let page = self.page();
        self.machine.write(page, &[byte; 4096]).unwrap();
        page
    }

    /// Where the shared entry of a level (0 is the page table) lies. Tables are made on the way.
    pub fn shared_slot(&self, gpa: u64, level: u32) -> Hpa {
        let mut frame = self.shared_root;
        let mut at = self.vcpus.paging().levels - 1;
        loop {
            let slot = Hpa::new(frame.as_u64() + 8 * (gpa >> (12 + 9 * at) & 511));
            if at == level {
                return slot;
            }
            let entry = self.load(slot);
            frame = Hpa::new(entry & 0xf_ffff_ffff_f000);
            if entry & TABLE == 0 {
                frame = table(&self.machine);
                self.machine.write(slot, &(frame.as_u64() | TABLE).to_le_bytes()).unwrap();
            }
            at -= 1;
        }
    }

    /// Writes a shared entry.
    pub fn set_shared(&self, gpa: u64, level: u32, entry: u64) {
        self.machine.write(self.shared_slot(gpa, level), &entry.to_le_bytes()).unwrap();
    }

    pub fn get_shared(&self, gpa: u64, level: u32) -> u64 {
        self.load(self.shared_slot(gpa, level))
    }

    fn load(&self, slot: Hpa) -> u64 {
        let mut entry = [0; 8];
        self.machine.read(slot, &mut entry).unwrap();
        u64::from_le_bytes(entry)
    }

    /// Flushes one page of the shared table.
    pub fn flush(&self, gpa: u64, tables: bool) {
        let Ok(Route::Shared(start)) = self.gpaw.route(RawGpa::new(gpa)) else { panic!("{gpa:#x} is not shared") };
        let range = self.gpaw.range(start, 4096).unwrap();
        let scope = if tables { Scope::Tables(range) } else { Scope::Leaves(range) };
        Invalidate::<SharedEpt>::invalidate(&mut &*self.vcpus, scope);
    }

    pub fn call(&self, method: Method, gpa: u64, level: Level) {
        let gpa = gpa >> level.shift() << level.shift();
        self.td.apply(Operation::new(method, gpa, level)).unwrap();
    }

    /// Links the protected tables above `level`, as far as they are missing.
    pub fn link(&self, gpa: u64, level: Level) {
        let root = self.td.space().root;
        for &above in Level::ALL.iter().rev().filter(|&&above| above <= Level::Pd && above >= root && above < level) {
            let address = gpa >> above.shift() << above.shift();
            let _ = self.td.apply(Operation::new(Method::SeptAdd, address, above).with_page(self.page()));
        }
    }

    /// Maps a private page that the guest has to accept.
    pub fn aug(&self, gpa: u64, page: Hpa) {
        self.link(gpa, Level::Pt);
        self.td.apply(Operation::new(Method::PageAug, gpa, Level::Pt).with_page(page)).unwrap();
    }

    /// Maps a private page, which the guest accepts.
    pub fn aug_and_accept(&self, vcpu: &mut TdVcpu, gpa: u64, page: Hpa) {
        self.aug(gpa, page);
        let accepted = vcpu.enter().unwrap().operate(accept(gpa, Level::Pt));
        assert_eq!(accepted, Ok(GuestAnswer::Done));
    }

    /// Maps a private page with content, while the TD is built.
    pub fn add(&self, gpa: u64, page: Hpa, source: Hpa) {
        self.link(gpa, Level::Pt);
        let add = Operation::new(Method::PageAdd, gpa, Level::Pt).with_page(page).with_source(source);
        self.td.apply(add).unwrap();
    }

    pub fn track(&self) {
        self.td.track(Method::Track).unwrap();
    }
}

fn table(machine: &Machine) -> Hpa {
    let table = machine.allocate(0).unwrap();
    machine.write(table, &ABSENT.to_le_bytes().repeat(512)).unwrap();
    table
}
