//! Random page tables of a guest, four or five levels, in every mode of the supervisor: page faults are intercepted.
//!
//! The nested tables map what there is of memory at its own address, so that only the guest's tables decide.

use crate::code::CODE;
use crate::guest::{Outcome, cause_bits, error_bits, wanted};
use crate::history::Bits;
use crate::lab::{GuestTree, Lab, NestedTree};
use crate::request::{map_guest, nested_fields};
use crate::round::{Round, Target};
use pt_core::format::Access;
use pt_core::reader::Fault;
use pt_core::{Geometry, Hpa, Page, Shared, Whole};
use pt_freestanding::svm::{FaultCode, Mode, Paging, Privilege, Vcpu};
use pt_plan::{AccessCode, AccessKind, Mapping, Permissions, Random, Space, Span};

/// Trees.
const ROUNDS: u32 = 12;

const READ: Permissions = Permissions::READ;
const WRITE: Permissions = READ.union(Permissions::WRITE);
const EXECUTE: Permissions = Permissions::EXECUTE;
const USER: Permissions = Permissions::USER;

/// Where the guest sees its program: as the user, and as the supervisor.
const USER_PROGRAM: u64 = 0x1000;
const SUPERVISOR_PROGRAM: u64 = 0x2000;

/// Runs the experiment.
pub fn run(lab: &mut Lab) {
    for number in 0..ROUNDS {
        let paging = lab.random.pick(lab.guest_paging());
        // The program lies in the first GiB. The upper half begins where addresses are canonical again.
        let bits = paging.width() - 1;
        let inputs = [Span::new(1 << 30, (1 << bits) - 1), Span::new(u64::MAX << bits, u64::MAX)];
        let space =
            Space { inputs: &inputs, memory: lab.probed(), shifts: &[12, 12, 21, 30], permissions: &Permissions::X86 };
        let target = Virtual::new(lab, paging);
        Round::new(lab, &space, target, number).run(lab, &space);
    }
}

/// A guest whose own tables are tried: addresses are virtual.
pub struct Virtual {
    tables: GuestTree,
    nested: NestedTree,
    vcpu: Vcpu,
    mode: Mode,
}

impl Virtual {
    /// A guest with tables of so many levels, which map its program only.
    pub fn new(lab: &Lab, paging: pt_x86_64::Paging) -> Self {
        let nested = identity(lab);
        let mut tables = lab.guest_tree(paging);
        lab.memory.write(lab.code(), &CODE.bytes());
        let mut cursor = tables.exclusive(lab.tables);
        for (input, permissions) in
            [(USER_PROGRAM, READ.union(EXECUTE).union(USER)), (SUPERVISOR_PROGRAM, READ.union(EXECUTE))]
        {
            let program = Mapping { input, output: lab.code().as_u64(), shift: 12, permissions };
            map_guest(paging, &mut cursor, &program);
        }
        drop(cursor);
        let levels = match paging {
            pt_x86_64::Paging::FourLevels => Paging::FourLevels,
            pt_x86_64::Paging::FiveLevels => Paging::FiveLevels,
        };
        let mode = Mode::new(tables.root_frame().as_u64(), levels);
        Self { vcpu: Vcpu::new(nested.root_frame().as_u64()), tables, nested, mode }
    }

    /// What an error code says of an access.
    fn error_bits(&self, kind: AccessKind) -> u64 {
        error_bits(kind) | if self.mode.privilege == Privilege::User { FaultCode::USER } else { 0 }
    }

    /// Whether an access is let through, AMD APM volume 2, 5.6.
    fn allows(&self, permissions: Permissions, kind: AccessKind) -> bool {
        let Mode { privilege, write_protect, smep, smap, .. } = self.mode;
        let user_page = permissions.contains(USER);
        let said = permissions.contains(kind.needs());
        match (privilege, kind) {
            (Privilege::User, _) => user_page && said,
            (Privilege::Supervisor, AccessKind::Fetch) => said && !(smep && user_page),
            (Privilege::Supervisor, AccessKind::Load) => said && !(smap && user_page),
            (Privilege::Supervisor, AccessKind::Store) => (said || !write_protect) && !(smap && user_page),
        }
    }
}

/// Nested tables that map all memory, and everything below it, at its own address.
fn identity(lab: &Lab) -> NestedTree {
    let mut nested = lab.nested_tree();
    let everything = lab.nested_paging.range(lab.guest_physical(0), lab.memory.end().as_u64()).expect("whole pages");
    let first = Page::<Shared, pt_npt::Pt>::new(Hpa::new(0)).expect("aligned");
    let fields = nested_fields(WRITE.union(EXECUTE).union(USER));
    nested.exclusive(lab.tables).map_range(everything, first, fields).expect("nothing is mapped there");
    nested
}

impl Target for Virtual {
    fn map(&mut self, lab: &Lab, mapping: &Mapping) {
        map_guest(self.tables.geometry(), &mut self.tables.exclusive(lab.tables), mapping);
    }

    fn choose(&mut self, random: &mut Random) {
        let mut one_of_two = || random.below(2) == 0;
        self.mode.privilege = if one_of_two() { Privilege::User } else { Privilege::Supervisor };
        self.mode.write_protect = one_of_two();
        self.mode.smep = one_of_two();
        self.mode.smap = one_of_two();
    }

    fn expected(&self, mapping: Option<&Mapping>, kind: AccessKind, address: u64) -> Outcome {
        let present = match mapping {
            Some(mapping) if self.allows(mapping.permissions, kind) => return Outcome::Done,
            Some(_) => FaultCode::PRESENT,
            None => 0,
        };
        Outcome::PageFault(FaultCode(present | self.error_bits(kind)), address)
    }

    /// What control registers decide is not in the tables: CR0.WP, CR4.SMEP and SMAP.
    fn walk(&self, address: u64, kind: AccessKind) -> Outcome {
        let Mode { privilege, write_protect, smep, smap, .. } = self.mode;
        let wanted = match (privilege, kind) {
            (Privilege::User, kind) => wanted(kind).by_user(),
            (Privilege::Supervisor, AccessKind::Store) if !write_protect => wanted(AccessKind::Load),
            (Privilege::Supervisor, kind) => wanted(kind),
        };
        let at = self.tables.geometry().address(address).expect("a canonical address");
        let keeps_out = if kind == AccessKind::Fetch { smep } else { smap } && privilege == Privilege::Supervisor;
        let cause = match self.tables.reader().access(at, wanted) {
            Ok(walked) if keeps_out && walked.leaf.access.allows(Access::USER) => FaultCode::PRESENT,
            Ok(_) => return Outcome::Done,
            Err(Fault { cause, .. }) => cause_bits(cause),
        };
        Outcome::PageFault(FaultCode(cause | self.error_bits(kind)), address)
    }

    fn access(&mut self, lab: &mut Lab, kind: AccessKind, address: u64, value: u64) -> Outcome {
        let program = match self.mode.privilege {
            Privilege::User => USER_PROGRAM,
            Privilege::Supervisor => SUPERVISOR_PROGRAM,
        };
        self.vcpu.begin(self.mode, program + AccessCode::offset(kind));
        self.vcpu.registers.rax = address;
        self.vcpu.registers.rbx = value;
        self.go_on(lab)
    }

    fn go_on(&mut self, lab: &mut Lab) -> Outcome {
        lab.enter(&mut self.vcpu).into()
    }

    fn seen(&self, address: u64) -> u64 {
        address
    }

    fn vcpu(&self) -> &Vcpu {
        &self.vcpu
    }

    fn bits(&self, mapping: &Mapping) -> Option<Bits> {
        let leaf = self.tables.reader().query(self.tables.geometry().address(mapping.input).ok()?).ok()?;
        Some(Bits { accessed: leaf.attributes.accessed, dirty: leaf.attributes.dirty })
    }

    fn free(self, lab: &Lab) {
        self.tables.invalidate().free(lab.tables);
        self.nested.invalidate().free(lab.tables);
    }
}
