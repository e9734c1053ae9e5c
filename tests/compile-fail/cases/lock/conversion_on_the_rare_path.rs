//! A fault on the wrong half converts the range at once. The common path needs the VM shared, the rare one exclusively,
//! and the tests took the common one.
//!
//! Seen: KVM, merge of 2ff14116982c: an assertion on a rare path says that reading is enough elsewhere, "which is
//! simply not true" [kvm-35]

use pt_core::format::Access;
use pt_core::pair::{FaultOutcome, NoVcpus, PageSink, PageSource, Run, Vm};
use pt_core::{AddressRange, Arena, Private, RawGpa};
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn resolve<H, S>(vm: &Guest<'_, H>, fault: RawGpa, around: AddressRange<Private>, memory: &mut S) -> bool
where
    H: SeptHooks,
    S: PageSource<Tdx> + PageSink,
{
    match vm.fault(fault, Access::WRITE, memory) {
        Ok(FaultOutcome::WrongSide { .. }) => vm.convert_to_shared(around, &mut NoVcpus, memory).is_ok(),
        outcome => outcome.is_ok(),
    }
}

fn main() {}

