//! A guest that makes one access at any guest-physical address.
//!
//! It runs in 64-bit mode on page tables of its own, made by the engine. They have a *window*, one leaf of 1 GiB that
//! is moved to where the access goes. The tables and the program lie in guest-physical memory at the address that
//! they have in the host's, and are mapped in the nested tables when the walk to them faults.

use crate::code::CODE;
use crate::history::Bits;
use crate::lab::{GuestTree, Lab, NestedTree};
use crate::request::{map_guest, map_nested};
use pt_core::format::Access;
use pt_core::reader::{Cause, Fault};
use pt_core::{Hpa, Whole};
use pt_freestanding::svm::{Exit, ExitCode, FaultCode, Mode, Paging, Privilege, Vcpu};
use pt_plan::{AccessCode, AccessKind, Mapping, Permissions, Random};

/// Everything, for the user as well.
const ALL: Permissions =
    Permissions::READ.union(Permissions::WRITE).union(Permissions::EXECUTE).union(Permissions::USER);

/// Where the guest sees its program.
const PROGRAM: u64 = 0x1000;
/// Where the guest sees the window.
const WINDOW: u64 = 1 << 32;
/// The window is one page of this size.
const WINDOW_SHIFT: u32 = 30;

/// How an access ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was made, and the guest called the host.
    Done,
    /// The nested tables did not let it through.
    NestedFault(FaultCode, u64),
    /// The guest's own tables did not let it through.
    PageFault(FaultCode, u64),
    /// Something else.
    Other(Exit),
}

impl Outcome {
    /// The same, with more bits in the error code if it is a fault.
    pub const fn with_code(self, bits: u64) -> Self {
        match self {
            Self::NestedFault(FaultCode(code), address) => Self::NestedFault(FaultCode(code | bits), address),
            Self::PageFault(FaultCode(code), address) => Self::PageFault(FaultCode(code | bits), address),
            other => other,
        }
    }
}

impl From<Exit> for Outcome {
    fn from(exit: Exit) -> Self {
        match exit.code {
            ExitCode::VMMCALL => Self::Done,
            ExitCode::NESTED_PAGE_FAULT => Self::NestedFault(exit.fault(), exit.information_2),
            ExitCode::PAGE_FAULT => Self::PageFault(exit.fault(), exit.information_2),
            _ => Self::Other(exit),
        }
    }
}

/// What the error code of a fault says of an access of this kind.
pub const fn error_bits(kind: AccessKind) -> u64 {
    match kind {
        AccessKind::Load => 0,
        AccessKind::Store => FaultCode::WRITE,
        AccessKind::Fetch => FaultCode::FETCH,
    }
}

/// What an access wants of the tables, in the words of the engine's walker.
pub const fn wanted(kind: AccessKind) -> Access {
    match kind {
        AccessKind::Load => Access::READ,
        AccessKind::Store => Access::WRITE,
        AccessKind::Fetch => Access::EXECUTE,
    }
}

/// What the error code says of the reason that the engine's walker finds.
pub const fn cause_bits(cause: Cause) -> u64 {
    match cause {
        Cause::Beyond | Cause::NotPresent => 0,
        Cause::Misconfigured { .. } => FaultCode::PRESENT | FaultCode::RESERVED,
        Cause::Violation { .. } => FaultCode::PRESENT,
    }
}

/// The guest's own address for a guest-physical one that the window shows.
pub const fn seen(address: u64) -> u64 {
    WINDOW | address & ((1 << WINDOW_SHIFT) - 1)
}

/// The guest.
pub struct Guest {
    tables: GuestTree,
    /// What the window shows.
    shown: u64,
    /// Who makes the accesses.
    privilege: Privilege,
    /// Its virtual CPU.
    pub vcpu: Vcpu,
    /// Its nested tables.
    pub nested: NestedTree,
}

impl Guest {
    /// A guest with nested tables that map nothing, and tables of its own with so many levels.
    pub fn new(lab: &Lab, paging: pt_x86_64::Paging) -> Self {
        let nested = lab.nested_tree();
        let mut tables = lab.guest_tree(paging);
        let program = Mapping { input: PROGRAM, output: lab.code().as_u64(), shift: 12, permissions: ALL };
        map_guest(paging, &mut tables.exclusive(lab.tables), &program);
        lab.memory.write(lab.code(), &CODE.bytes());
        let vcpu = Vcpu::new(nested.root_frame().as_u64());
        let mut guest = Self { tables, shown: 0, privilege: Privilege::User, vcpu, nested };
        guest.map_window(lab);
        guest
    }

    /// Chooses who makes the next accesses: to nested tables, all are the user's.
    pub fn choose_privilege(&mut self, random: &mut Random) {
        self.privilege = random.pick(&[Privilege::Supervisor, Privilege::User]);
    }

    /// How the engine's walker says that an access must end.
    pub fn walk(&self, address: u64, kind: AccessKind) -> Outcome {
        let at = self.nested.geometry().address(address).expect("an address");
        match self.nested.reader().access(at, wanted(kind)) {
            Ok(_) => Outcome::Done,
            Err(Fault { cause, .. }) => {
                let code = FaultCode::FINAL | FaultCode::USER | error_bits(kind) | cause_bits(cause);
                Outcome::NestedFault(FaultCode(code), address)
            }
        }
    }

    /// What the CPU has written into the nested leaf for a guest-physical address.
    pub fn nested_bits(&self, address: u64) -> Option<Bits> {
        let leaf = self.nested.reader().query(self.nested.geometry().address(address).ok()?).ok()?;
        Some(Bits { accessed: leaf.attributes.accessed, dirty: leaf.attributes.dirty })
    }

    /// Makes an access at a guest-physical address, with `value` if it is a store.
    pub fn access(&mut self, lab: &mut Lab, kind: AccessKind, address: u64, value: u64) -> Outcome {
        let base = address >> WINDOW_SHIFT << WINDOW_SHIFT;
        if self.shown != base {
            self.shown = base;
            self.move_window(lab);
        }
        let paging = match self.tables.geometry() {
            pt_x86_64::Paging::FourLevels => Paging::FourLevels,
            pt_x86_64::Paging::FiveLevels => Paging::FiveLevels,
        };
        let mode = Mode { privilege: self.privilege, ..Mode::new(self.tables.root_frame().as_u64(), paging) };
        self.vcpu.begin(mode, PROGRAM + AccessCode::offset(kind));
        self.vcpu.registers.rax = seen(address);
        self.vcpu.registers.rbx = value;
        self.go_on(lab)
    }

    /// Runs the guest on from where it is. Faults on what it needs for itself are resolved.
    pub fn go_on(&mut self, lab: &mut Lab) -> Outcome {
        loop {
            let outcome = Outcome::from(lab.enter(&mut self.vcpu));
            match outcome {
                Outcome::NestedFault(code, address) if lab.is_own_page(Hpa::new(address)) => {
                    // The program is fetched. The tables are read on the way to it, which counts as a write, because
                    // the CPU marks them as accessed (AMD APM volume 2, 15.25.6).
                    let program = address >> 12 << 12 == lab.code().as_u64();
                    let (why, kind) = if program {
                        (FaultCode::FINAL, FaultCode::FETCH)
                    } else {
                        (FaultCode::GUEST_TABLE, FaultCode::WRITE)
                    };
                    let what = format_args!("the guest needs {address:#x}");
                    lab.report.compare(what, FaultCode(why | FaultCode::USER | kind), code);
                    let page = address >> 12 << 12;
                    let own = Mapping { input: page, output: page, shift: 12, permissions: ALL };
                    map_nested(lab, &mut self.nested.exclusive(lab.tables), &own);
                    lab.report.resolved += 1;
                }
                outcome => return outcome,
            }
        }
    }

    fn map_window(&mut self, lab: &Lab) {
        let window = Mapping { input: WINDOW, output: self.shown, shift: WINDOW_SHIFT, permissions: ALL };
        map_guest(self.tables.geometry(), &mut self.tables.exclusive(lab.tables), &window);
    }

    fn move_window(&mut self, lab: &Lab) {
        let window = self.tables.geometry().address(WINDOW).expect("a canonical address");
        let mut cursor = self.tables.exclusive(lab.tables);
        let unmapped = cursor.unmap::<pt_x86_64::Pdpt>(window).expect("the window is mapped");
        unmapped.flush(&mut self.vcpu);
        drop(cursor);
        self.map_window(lab);
    }

    /// Gives back all tables.
    pub fn free(self, lab: &Lab) {
        self.tables.invalidate().free(lab.tables);
        self.nested.invalidate().free(lab.tables);
    }
}
