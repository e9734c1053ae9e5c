//! A small hypervisor on the bare machine.
//!
//! It runs a guest under AMD's SVM, with nested page tables that the library makes. At first they map nothing: every
//! page is mapped when the guest faults on it. Between the guest's calls the host write-protects the guest's memory, to
//! learn what it writes from then on, and takes one page away. Read from [`run`] downwards.
//!
//! What is *not* here is in `pt-freestanding` (the control block, `VMRUN`, memory, the serial line), in `pt-npt` (the
//! format of the tables, declared), and in `pt-core` (the algorithms).
#![no_std]
#![deny(unsafe_code)]
#![cfg(target_arch = "x86_64")]

mod guest;

use pt_core::reader::Merge;
use pt_core::{AddressRange, DirectMap, Gpa, Guest, Hpa, MapError, Obstacle, Page, Shared, Tree, Whole};
use pt_freestanding::exit::Outcome;
use pt_freestanding::guest_memory::GuestMemory;
use pt_freestanding::options::Options;
use pt_freestanding::svm::{Exit, ExitCode, FaultCode, Svm, Vcpu};
use pt_freestanding::tables::Tables;
use pt_freestanding::{println, register};
use pt_npt::{Host, Npt, NptLeafFields, Paging, Pd, Pt};

/// The size of a page.
const PAGE: u64 = 4 << 10;
/// The guest has so much memory, from guest-physical address 0 on.
const MEMORY: u64 = 16 << 20;
/// Below this the guest's memory is mapped page by page, above it in blocks of 2 MiB.
const SMALL_PAGES: u64 = 2 << 20;
/// What the guest writes, and the host watches.
const WATCHED: u64 = 4 << 20;

/// Everything the hypervisor has.
struct Hypervisor {
    svm: Svm,
    vcpu: Vcpu,
    /// The nested page tables, and where their pages come from.
    tree: Tree<Npt, DirectMap>,
    tables: &'static Tables,
    /// The host's memory for guests.
    memory: GuestMemory,
    /// The next frame for a page that has to be fresh: behind the guest's memory.
    fresh: Hpa,
}

/// Runs the guest to its end.
///
/// # Panics
/// If the host has not enough memory for the guest and its tables.
pub fn run(_options: Options<'_>) -> Outcome {
    let tables = Tables::get();
    let svm = match Svm::enable(tables) {
        Ok(svm) => svm,
        Err(missing) => {
            println!("{missing}");
            return Outcome::Unsupported;
        }
    };
    // Nested tables have as many levels as the host's own (AMD APM volume 2, 15.25).
    let paging = if register::five_level_paging() { Paging::FiveLevels } else { Paging::FourLevels };
    let host = Host::all().with_phys_bits(register::physical_address_bits()).expect("a width that CPUs have");
    let tree = Tree::configured(paging, host, tables.direct_map(), tables).expect("a page for the root");
    let vcpu = Vcpu::new(tree.root_frame().as_u64());
    let memory = GuestMemory::get();
    let fresh = Hpa::new(memory.start().as_u64() + MEMORY);
    println!("A guest with {} MiB of memory, none of which is mapped.", MEMORY >> 20);
    Hypervisor { svm, vcpu, tree, tables, memory, fresh }.run()
}

impl Hypervisor {
    /// The loop of every hypervisor: enter the guest, and do what it came back for.
    fn run(mut self) -> Outcome {
        guest::load(self.memory);
        self.vcpu.begin_flat(guest::ENTRY);
        loop {
            let exit = self.enter();
            match exit.code {
                ExitCode::NESTED_PAGE_FAULT if exit.information_2 < MEMORY => self.resolve(exit),
                ExitCode::VMMCALL => self.answer(),
                ExitCode::HLT => break,
                _ => {
                    println!("The guest came back for something unexpected: {exit:?}");
                    return Outcome::Failed;
                }
            }
        }
        println!("The guest is done. Its nested page tables:\n\n{}", self.tree.reader().whole().dump(Merge::Frames));
        Outcome::Passed
    }

    #[allow(unsafe_code, reason = "a guest does what its nested tables let it")]
    fn enter(&mut self) -> Exit {
        // SAFETY: the nested tables map memory for guests, and nothing else.
        unsafe { self.vcpu.run(&self.svm) }
    }

    /// Resolves a nested page fault. The guest then tries again.
    fn resolve(&mut self, exit: Exit) {
        let (address, code) = (exit.information_2, exit.fault());
        let kind = match (code.has(FaultCode::FETCH), code.has(FaultCode::WRITE)) {
            (true, _) => "fetch",
            (_, true) => "write",
            _ => "read",
        };
        let done = if code.has(FaultCode::PRESENT) { self.let_write(address) } else { self.map(address) };
        println!("fault: {kind} at {address:#x}: {done}");
    }

    /// Maps memory where nothing is mapped. Returns what was done.
    fn map(&mut self, address: u64) -> &'static str {
        let at = self.address(address);
        let frame = |size: u64| Hpa::new(self.memory.start().as_u64() + address / size * size);
        let (block, page) = (Page::<Shared, Pd>::new(frame(2 << 20)), Page::<Shared, Pt>::new(frame(4 << 10)));
        let mut cursor = self.tree.exclusive(self.tables);
        if address < SMALL_PAGES {
            cursor.map::<Pt, _>(at, page.expect("aligned"), writable(true)).expect("nothing is mapped there");
            return "4 KiB are mapped";
        }
        match cursor.map::<Pd, _>(at, block.expect("aligned"), writable(true)) {
            Ok(()) => "2 MiB are mapped",
            // There are smaller pages around it: this one was taken away. The guest gets another frame for it.
            Err(MapError { obstacle: Obstacle::Table { .. }, .. }) => {
                let page = Page::<Shared, Pt>::new(self.fresh).expect("aligned");
                self.memory.write(self.fresh, &[0; PAGE as usize]);
                self.fresh = Hpa::new(self.fresh.as_u64() + PAGE);
                cursor.map::<Pt, _>(at, page, writable(true)).expect("nothing is mapped there");
                "a fresh page of 4 KiB is mapped"
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Lets the guest write a page that it has read-only. Returns what was done.
    fn let_write(&mut self, address: u64) -> &'static str {
        self.protect(address / PAGE * PAGE, PAGE, true);
        "the page changes from now on; it is writable again"
    }

    /// Answers a call of the guest, which goes on behind it.
    fn answer(&mut self) {
        let (number, value) = (self.vcpu.registers.rax, self.vcpu.registers.rbx);
        match number {
            guest::WRITTEN => {
                println!("guest: {value} pages are written");
                self.protect(WATCHED, 2 << 20, false);
                println!("host:  2 MiB are write-protected, to see which pages change from now on");
            }
            guest::CHANGED => {
                println!("guest: the page {value:#x} is changed");
                self.take_away(value - PAGE);
            }
            _ => println!("guest: the page that was taken away reads as {value:#x}"),
        }
        self.vcpu.vmcb.save.rip += guest::CALL_LENGTH;
    }

    /// Makes a range writable, or read-only. Blocks that lie partly in it are split.
    fn protect(&mut self, start: u64, bytes: u64, write: bool) {
        let range = self.range(start, bytes);
        let mut cursor = self.tree.exclusive(self.tables);
        let stale = cursor.protect_range(range, writable(write), &mut self.vcpu).expect("a table for the split");
        // The guest's TLB may hold what was there before. Dropped instead, `stale` does not compile.
        stale.flush(&mut self.vcpu);
    }

    /// Takes a page away from the guest.
    fn take_away(&mut self, start: u64) {
        let range = self.range(start, PAGE);
        let mut cursor = self.tree.exclusive(self.tables);
        let stale = cursor.clear_range(range, &mut self.vcpu).expect("a table for the split");
        stale.flush(&mut self.vcpu);
        println!("host:  the page {start:#x} is taken away");
    }

    /// A guest-physical address, which is no other integer.
    fn address(&self, address: u64) -> Gpa<Guest> {
        self.tree.geometry().address(address).expect("it lies in the guest's memory")
    }

    fn range(&self, start: u64, bytes: u64) -> AddressRange<Guest> {
        self.tree.geometry().range(self.address(start), bytes).expect("whole pages")
    }
}

/// What a leaf says of a page of the guest: everything is allowed, but for writes perhaps.
fn writable(write: bool) -> NptLeafFields {
    NptLeafFields { write, ..NptLeafFields::new() }
}
