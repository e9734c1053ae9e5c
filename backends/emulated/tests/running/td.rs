//! A TD with two vCPUs, built leaf by leaf.

use pt_core::{Gfn, Hpa, Private, Split, TableAllocator};
use pt_emulated::Machine;
use pt_emulated::cpu::{Vcpu, Vcpus};
use pt_emulated::tdx::{EncryptedMemory, Module, Platform, TdDomain, Tdcall, paging};
use pt_tdx::host::{Answer, Hkid, Tdr, Tdvpr, mem, mng, mr, vp};
use pt_tdx::operand::{TdAttributes, TdParams};
use pt_tdx::{Gpaw, Leaf, PageInfo, Registers, Seamcall, SeptLevel, Status, Unavailable};
use std::sync::Arc;

/// A private address, aligned to 1 GiB.
pub const GPA: u64 = 0x4000_0000;
const GPAW: Gpaw = Gpaw::Bits48;

pub type Domain = TdDomain<Arc<Module<EncryptedMemory>>>;

pub struct Running {
    pub machine: Arc<Machine>,
    pub module: Arc<Module<EncryptedMemory>>,
    pub tdr: Tdr,
    pub tdvpr: [Tdvpr; 2],
    pub vcpus: Arc<Vcpus<Domain>>,
}

/// The leaf did what it was asked to.
pub fn done<A: Answer>(answer: Result<A, Unavailable>) {
    assert_eq!(answer.unwrap().status(), Status::SUCCESS, "{}", A::LEAF);
}

/// The entry of a level on the way to [`GPA`].
pub fn at(level: SeptLevel) -> PageInfo {
    let gpa = GPA >> level.shift() << level.shift();
    PageInfo::at(GPAW.address_of::<Private>(Gfn::new(gpa >> 12)).unwrap(), level)
}

impl Running {
    pub fn new(attributes: TdAttributes) -> Self {
        let machine = Arc::new(Machine::new(Hpa::new(0x4000_0000), 1 << 20));
        let module = Arc::new(Module::new(Platform::reference(), EncryptedMemory::new(machine.clone(), 64, 1)));
        let frame = || machine.allocate(0).unwrap();
        let tdr = Tdr::new(frame()).unwrap();
        done(mng::create(&*module, tdr, Hkid(33)));
        done(mng::key_config(&*module, tdr));
        (0..6).for_each(|_| done(mng::add_cx(&*module, tdr, frame())));
        let params = frame();
        let wanted = TdParams { attributes, max_vcpus: 2, ..TdParams::new(GPAW) };
        machine.write(params, &wanted.to_bytes()).unwrap();
        done(mng::init(&*module, tdr, params));
        let tdvpr = [(); 2].map(|()| {
            let vcpu = Tdvpr::new(frame()).unwrap();
            done(vp::create(&*module, tdr, vcpu));
            (1..6).for_each(|_| done(vp::add_cx(&*module, vcpu, frame())));
            done(vp::init(&*module, vcpu, 0));
            vcpu
        });
        let vcpus = Vcpus::new(Arc::new(TdDomain::new(module.clone())), paging(GPAW, frame()));
        let td = Self { machine, module, tdr, tdvpr, vcpus };
        for level in [SeptLevel::Pml4, SeptLevel::Pdpt, SeptLevel::Pd] {
            let (rcx, rdx, r8) = (at(level).bits(), tdr.page().as_u64(), td.frame().as_u64());
            let mut registers = Registers { rcx, rdx, r8, ..Registers::call(Leaf::MemSeptAdd) };
            assert_eq!(td.module.seamcall(&mut registers), Ok(Status::SUCCESS));
        }
        done(mr::finalize(&*td.module, tdr));
        td
    }

    fn frame(&self) -> Hpa {
        self.machine.allocate(0).unwrap()
    }

    pub fn vcpu(&self, number: usize) -> Vcpu<Domain> {
        self.vcpus.add_named(self.tdvpr[number])
    }

    /// Maps a page that the guest has to accept.
    pub fn aug(&self, gpa: u64) -> Hpa {
        let (page, at) = (self.frame(), GPAW.address_of::<Private>(Gfn::new(gpa >> 12)).unwrap());
        done(mem::page_aug(&*self.module, self.tdr, PageInfo::at(at, SeptLevel::Pt), page));
        page
    }

    /// Maps a page, which the guest accepts.
    pub fn aug_and_accept(&self, vcpu: &mut Vcpu<Domain>, gpa: u64) -> Hpa {
        let page = self.aug(gpa);
        let accepted = vcpu.enter().unwrap().operate(Tdcall::page_accept(gpa, SeptLevel::Pt));
        assert_eq!(accepted, Ok(Status::SUCCESS));
        page
    }
}
