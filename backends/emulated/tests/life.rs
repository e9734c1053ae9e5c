//! The life of a TD: the leaves that build one and take it apart, and the order that they insist on.

use pt_core::Hpa;
use pt_emulated::tdx::keys::KeyState;
use pt_emulated::tdx::lock::{LockWord, Mode};
use pt_emulated::tdx::pamt::PageSize;
use pt_emulated::tdx::{KeyId, Memory, Module, Place, Platform, SparseMemory};
use pt_tdx::{Leaf, Operand, PageType, Registers, Seamcall, Status, StatusCode as Code};

const TDR: u64 = 0x4000_0000;
const TDVPR: u64 = 0x4001_0000;
const PARAMS: u64 = 0x10_0000;
const KEY: u64 = 33;
const OK: Status = Status::SUCCESS;

struct Host(Module<SparseMemory>);

impl Host {
    fn new() -> Self {
        let host = Self(Module::new(Platform::reference(), SparseMemory::new(4 << 30)));
        let mut params = [0_u8; 48];
        (params[8], params[16], params[24], params[40]) = (3, 2, 0x1e, 100);
        host.0.memory().write(Hpa::new(PARAMS), KeyId(0), &params);
        host
    }

    /// A host whose TD is initialised, with one vCPU.
    fn with_td() -> Self {
        let host = Self::new();
        host.must(Leaf::MngCreate, TDR, KEY);
        host.must(Leaf::MngKeyConfig, TDR, 0);
        (1..=6).for_each(|page| host.must(Leaf::MngAddcx, TDR + (page << 12), TDR));
        host.must(Leaf::MngInit, TDR, PARAMS);
        host.must(Leaf::VpCreate, TDVPR, TDR);
        (1..=5).for_each(|page| host.must(Leaf::VpAddcx, TDVPR + (page << 12), TDVPR));
        host.must(Leaf::VpInit, TDVPR, 0);
        host
    }

    fn call(&self, leaf: Leaf, rcx: u64, rdx: u64) -> Status {
        self.registers(leaf, rcx, rdx).0
    }

    fn registers(&self, leaf: Leaf, rcx: u64, rdx: u64) -> (Status, Registers) {
        let mut registers = Registers { rcx, rdx, ..Registers::call(leaf) };
        let status = self.0.seamcall(&mut registers).unwrap();
        (status, registers)
    }

    fn must(&self, leaf: Leaf, rcx: u64, rdx: u64) {
        assert_eq!(self.call(leaf, rcx, rdx), OK, "{leaf}");
    }

    fn children(&self) -> u64 {
        self.0.td(Hpa::new(TDR)).unwrap().children.load(core::sync::atomic::Ordering::Relaxed)
    }

    fn kind(&self, page: u64) -> PageType {
        self.0.record(Hpa::new(page), PageSize::Small).unwrap().kind()
    }
}

#[test]
fn a_td_is_created_from_a_free_page_and_a_free_private_key() {
    let host = Host::new();
    for key in [31, 64, 1 << 16 | KEY] {
        assert_eq!(host.call(Leaf::MngCreate, TDR, key), Code::OperandInvalid | Operand::Rdx, "{key:#x}");
    }
    assert_eq!(host.call(Leaf::MngCreate, TDR, 32), Code::HkidNotFree, "the module's own");
    assert_eq!(host.call(Leaf::MngCreate, TDR | 1 << 46, KEY), Code::OperandInvalid | Operand::Rcx);
    assert_eq!(host.call(Leaf::MngCreate, 0x10_0000, KEY), Code::OperandAddrRangeError | Operand::Rcx);
    assert_eq!(host.call(Leaf::MngCreate, 0x7f00_0000, KEY), Code::PageMetadataIncorrect | Operand::Rcx);
    host.must(Leaf::MngCreate, TDR, KEY);
    assert_eq!(host.kind(TDR), PageType::Tdr);
    assert_eq!(host.call(Leaf::MngCreate, TDR, KEY + 1), Code::PageMetadataIncorrect | Operand::Rcx);
    assert_eq!(host.call(Leaf::MngCreate, TDR + 0x1000, KEY), Code::HkidNotFree);
}

#[test]
fn each_step_of_building_needs_the_one_before() {
    let host = Host::new();
    assert_eq!(host.call(Leaf::MngKeyConfig, TDR, 0), Code::PageMetadataIncorrect | Operand::Rcx);
    host.must(Leaf::MngCreate, TDR, KEY);
    assert_eq!(host.call(Leaf::MngAddcx, TDR + 0x1000, TDR), Code::TdKeysNotConfigured);
    host.must(Leaf::MngKeyConfig, TDR, 0);
    assert_eq!(host.call(Leaf::MngKeyConfig, TDR, 0), Code::LifecycleStateIncorrect);
    assert_eq!(host.call(Leaf::MngInit, TDR, PARAMS), Code::TdcsNotAllocated);
    (1..=6).for_each(|page| host.must(Leaf::MngAddcx, TDR + (page << 12), TDR));
    assert_eq!(host.call(Leaf::VpCreate, TDVPR, TDR), Code::OpStateIncorrect);
    assert_eq!(host.call(Leaf::MngInit, TDR, PARAMS + 512), Code::OperandInvalid | Operand::Rdx);
    assert_eq!(host.call(Leaf::MngInit, TDR, 0x3000_0000), Code::OperandInvalid | Operand::Rdx, "the module's memory");
    let (status, registers) = host.registers(Leaf::MngInit, TDR, PARAMS);
    assert_eq!((status, registers.rcx), (OK, 0));
    assert_eq!(host.call(Leaf::MngInit, TDR, PARAMS), Code::OpStateIncorrect);
    assert_eq!(host.call(Leaf::MngAddcx, TDR + 0x7000, TDR), Code::OpStateIncorrect);
    assert_eq!(host.call(Leaf::MrFinalize, TDR, 0), Code::NoVcpus);
    host.must(Leaf::VpCreate, TDVPR, TDR);
    assert_eq!(host.call(Leaf::VpInit, TDVPR, 0), Code::TdcxNumIncorrect);
    assert_eq!(host.call(Leaf::VpFlush, TDVPR, 0), Code::TdcxNumIncorrect);
    (1..=5).for_each(|page| host.must(Leaf::VpAddcx, TDVPR + (page << 12), TDVPR));
    assert_eq!(host.call(Leaf::VpFlush, TDVPR, 0), Code::VcpuNotAssociated);
    host.must(Leaf::VpInit, TDVPR, 0);
    assert_eq!(host.call(Leaf::VpInit, TDVPR, 0), Code::VcpuStateIncorrect);
    assert_eq!(host.call(Leaf::VpAddcx, TDVPR + 0x6000, TDVPR), Code::VcpuStateIncorrect);
    host.must(Leaf::MrFinalize, TDR, 0);
    assert_eq!(host.children(), 6 + 6);
}

#[test]
fn a_td_has_no_more_vcpus_and_pages_than_it_may() {
    let host = Host::with_td();
    let mut statuses = Vec::new();
    for vcpu in 1..=2 {
        let tdvpr = TDVPR + vcpu * 0x1_0000;
        host.must(Leaf::VpCreate, tdvpr, TDR);
        (1..=14).for_each(|page| host.must(Leaf::VpAddcx, tdvpr + (page << 12), tdvpr));
        assert_eq!(host.call(Leaf::VpAddcx, tdvpr + 0xf000, tdvpr), Code::TdcxNumIncorrect);
        statuses.push(host.call(Leaf::VpInit, tdvpr, 0));
    }
    assert_eq!(statuses, [OK, Status::from(Code::MaxVcpusExceeded)]);

    let host = Host::new();
    host.must(Leaf::MngCreate, TDR, KEY);
    host.must(Leaf::MngKeyConfig, TDR, 0);
    (1..=9).for_each(|page| host.must(Leaf::MngAddcx, TDR + (page << 12), TDR));
    assert_eq!(host.call(Leaf::MngAddcx, TDR + 0xa000, TDR), Code::TdcxNumIncorrect);
}

#[test]
fn the_key_goes_step_by_step_and_pages_come_back_after_it() {
    let host = Host::with_td();
    let tdcx = TDR + 0x1000;
    assert_eq!(host.call(Leaf::PhymemPageReclaim, tdcx, 0), Code::LifecycleStateIncorrect);
    assert_eq!(host.call(Leaf::MngKeyFreeid, TDR, 0), Code::LifecycleStateIncorrect);
    assert_eq!(host.call(Leaf::PhymemCacheWb, 0, 0), Code::NoHkidReadyToWbcache);
    assert_eq!(host.call(Leaf::MngVpflushdone, TDR, 0), Code::FlushvpNotDone);
    host.must(Leaf::VpFlush, TDVPR, 0);
    assert_eq!(host.call(Leaf::VpFlush, TDVPR, 0), Code::VcpuNotAssociated);
    host.must(Leaf::MngVpflushdone, TDR, 0);
    assert_eq!(host.call(Leaf::MngVpflushdone, TDR, 0), Code::LifecycleStateIncorrect);
    assert_eq!(host.call(Leaf::VpFlush, TDVPR, 0), Code::TdKeysNotConfigured);
    assert_eq!(host.call(Leaf::MemTrack, TDR, 0), Code::TdKeysNotConfigured);
    assert_eq!(host.call(Leaf::MngKeyFreeid, TDR, 0), Code::WbcacheNotComplete);
    host.must(Leaf::PhymemCacheWb, 0, 0);
    host.must(Leaf::MngKeyFreeid, TDR, 0);
    host.must(Leaf::MngKeyReclaimid, TDR, 0);
    assert_eq!(host.0.keys().lock(Mode::Shared).unwrap().state(KeyId(KEY as u16)), KeyState::Free);

    assert_eq!(host.call(Leaf::PhymemPageReclaim, TDR, 0), Code::TdAssociatedPagesExist);
    let (status, registers) = host.registers(Leaf::PhymemPageReclaim, tdcx, 7);
    assert_eq!((status, registers.rcx, registers.rdx, registers.r8), (OK, PageType::Tdcx as u64, TDR, 0));
    assert_eq!(host.call(Leaf::PhymemPageReclaim, tdcx, 0), Code::PageMetadataIncorrect | Operand::Rcx);
    (2..=6).for_each(|page| host.must(Leaf::PhymemPageReclaim, TDR + (page << 12), 0));
    (0..=5).for_each(|page| host.must(Leaf::PhymemPageReclaim, TDVPR + (page << 12), 0));
    assert_eq!(host.children(), 0);
    let (status, registers) = host.registers(Leaf::PhymemPageReclaim, TDR, 0);
    assert_eq!((status, registers.rcx, registers.rdx), (OK, PageType::Tdr as u64, 0));
    let (status, registers) = host.registers(Leaf::PhymemPageRdmd, tdcx, 0);
    assert_eq!((status, registers.rcx, registers.rdx), (OK, PageType::Nda as u64, TDR), "the owner stays");
    host.must(Leaf::MngCreate, TDR, KEY);
}

#[test]
fn writing_caches_back_can_be_interrupted_and_resumed() {
    let host = Host::with_td();
    host.must(Leaf::VpFlush, TDVPR, 0);
    host.must(Leaf::MngVpflushdone, TDR, 0);
    assert_eq!(host.call(Leaf::PhymemCacheWb, 2, 0), Code::OperandInvalid | Operand::Rcx);
    assert_eq!(host.call(Leaf::PhymemCacheWb, 1, 0), Code::WbcacheResumeError);
    host.0.set_interrupt(Some(3));
    assert_eq!(host.call(Leaf::PhymemCacheWb, 0, 0), Code::InterruptedResumable);
    assert_eq!(host.call(Leaf::PhymemCacheWb, 1, 0), Code::InterruptedResumable, "still pending");
    host.0.set_interrupt(None);
    assert_eq!(host.call(Leaf::MngKeyFreeid, TDR, 0), Code::WbcacheNotComplete);
    host.must(Leaf::PhymemCacheWb, 1, 0);
    host.must(Leaf::MngKeyFreeid, TDR, 0);
}

#[test]
fn each_package_has_its_caches() {
    let platform = Platform { packages: 2, ..Platform::reference() };
    let host = Host(Module::new(platform, SparseMemory::new(4 << 30)));
    host.must(Leaf::MngCreate, TDR, KEY);
    host.must(Leaf::MngKeyConfig, TDR, 0);
    assert_eq!(host.call(Leaf::MngAddcx, TDR + 0x1000, TDR), Code::TdKeysNotConfigured);
    host.must(Leaf::MngKeyConfig, TDR, 0);
    host.must(Leaf::MngVpflushdone, TDR, 0);
    host.must(Leaf::PhymemCacheWb, 0, 0);
    assert_eq!(host.call(Leaf::MngKeyFreeid, TDR, 0), Code::WbcacheNotComplete);
    host.must(Leaf::PhymemCacheWb, 0, 0);
    host.must(Leaf::MngKeyFreeid, TDR, 0);
}

#[test]
fn busy_structures_are_named() {
    let host = Host::with_td();
    let keys = host.0.keys().lock(Mode::Exclusive).unwrap();
    for (leaf, rcx, rdx) in [(Leaf::MngCreate, 0x4020_0000, KEY + 1), (Leaf::MngVpflushdone, TDR, 0)] {
        assert_eq!(host.call(leaf, rcx, rdx), Code::OperandBusy | Operand::Kot, "{leaf}");
    }
    drop(keys);
    let tdr = &host.0.record(Hpa::new(TDR), PageSize::Small).unwrap().lock;
    tdr.acquire(Mode::Exclusive).unwrap();
    for (leaf, rcx, rdx, operand) in [
        (Leaf::MngKeyConfig, TDR, 0, Operand::Rcx),
        (Leaf::MngAddcx, 0x4020_0000, TDR, Operand::Rdx),
        (Leaf::VpCreate, 0x4020_0000, TDR, Operand::Rdx),
        (Leaf::VpAddcx, 0x4020_0000, TDVPR, Operand::Tdr),
        (Leaf::VpInit, TDVPR, 0, Operand::Tdr),
        (Leaf::VpFlush, TDVPR, 0, Operand::Tdr),
        (Leaf::PhymemPageReclaim, TDVPR, 0, Operand::Tdr),
        (Leaf::PhymemPageRdmd, TDR, 0, Operand::Rcx),
    ] {
        assert_eq!(host.call(leaf, rcx, rdx), Code::OperandBusy | operand, "{leaf}");
    }
    tdr.release(Mode::Exclusive);
    host.must(Leaf::VpFlush, TDVPR, 0);
}

#[test]
fn caches_are_flushed_for_free_pages_only_and_under_any_key() {
    let host = Host::with_td();
    host.must(Leaf::PhymemPageWbinvd, 0x4020_0000 | KEY << 46, 0);
    assert_eq!(host.call(Leaf::PhymemPageWbinvd, TDR | KEY << 46, 0), Code::PageMetadataIncorrect | Operand::Rcx);
    assert_eq!(host.call(Leaf::PhymemPageWbinvd, 0x4020_0800, 0), Code::OperandInvalid | Operand::Rcx);
}

/// A call from a processor.
fn on(host: &Host, processor: u32, leaf: Leaf, rcx: u64) -> Status {
    let place = Place { processor, package: processor % host.0.platform().packages };
    let mut registers = Registers { rcx, ..Registers::call(leaf) };
    host.0.processor(place).seamcall(&mut registers).unwrap()
}

#[test]
fn a_vcpu_is_on_one_processor_until_it_is_flushed_there() {
    let host = Host::with_td();
    host.must(Leaf::MrFinalize, TDR, 0);
    host.must(Leaf::VpFlush, TDVPR, 0);
    let left = Status::from_bits(77);
    assert_eq!(on(&host, 0, Leaf::VpEnter, TDVPR), left, "TDG.VP.VMCALL at once");
    assert_eq!(on(&host, 1, Leaf::VpEnter, TDVPR), Code::VcpuAssociated);
    assert_eq!(on(&host, 1, Leaf::VpFlush, TDVPR), Code::VcpuNotAssociated);
    assert_eq!(on(&host, 0, Leaf::VpEnter, TDVPR), left);
    assert_eq!(host.call(Leaf::MngVpflushdone, TDR, 0), Code::FlushvpNotDone);
    assert_eq!(on(&host, 0, Leaf::VpFlush, TDVPR), OK);
    assert_eq!(on(&host, 1, Leaf::VpEnter, TDVPR), left);
    assert_eq!(on(&host, 1, Leaf::VpFlush, TDVPR), OK);
    host.must(Leaf::MngVpflushdone, TDR, 0);
}

#[test]
fn a_vcpu_that_was_initialised_from_nowhere_can_begin_anywhere() {
    let host = Host::with_td();
    host.must(Leaf::MrFinalize, TDR, 0);
    assert_eq!(on(&host, 3, Leaf::VpFlush, TDVPR), OK);
    assert_eq!(on(&host, 3, Leaf::VpFlush, TDVPR), Code::VcpuNotAssociated);
}

#[test]
fn keys_and_caches_are_those_of_the_package() {
    let platform = Platform { packages: 2, ..Platform::reference() };
    let host = Host(Module::new(platform, SparseMemory::new(4 << 30)));
    host.must(Leaf::MngCreate, TDR, KEY);
    assert_eq!(on(&host, 0, Leaf::MngKeyConfig, TDR), OK);
    assert_eq!(on(&host, 2, Leaf::MngKeyConfig, TDR), Code::KeyConfigured, "the same package");
    assert_eq!(on(&host, 1, Leaf::MngKeyConfig, TDR), OK);
    host.must(Leaf::MngVpflushdone, TDR, 0);
    assert_eq!(on(&host, 0, Leaf::PhymemCacheWb, 0), OK);
    assert_eq!(on(&host, 0, Leaf::PhymemCacheWb, 0), OK, "again, and for nothing");
    assert_eq!(host.call(Leaf::MngKeyFreeid, TDR, 0), Code::WbcacheNotComplete);
    assert_eq!(on(&host, 1, Leaf::PhymemCacheWb, 0), OK);
    host.must(Leaf::MngKeyFreeid, TDR, 0);
}
