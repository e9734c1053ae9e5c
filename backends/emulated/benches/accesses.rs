//! What an access of the guest costs, by memory and by what the TLB knows.

#[path = "../tests/modelled/mod.rs"]
mod modelled;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use modelled::{TdVcpus, accept, address_space, paging};
use pt_core::{Hpa, TableAllocator};
use pt_emulated::monitor::Operation;
use pt_emulated::{Machine, Monitor};
use pt_tdx::{Gpaw, Level, SeptHooksMethod as Method};
use std::hint::black_box;
use std::sync::Arc;

const PRIVATE: u64 = 0x4000_0000;
const SHARED: u64 = 1 << 47;

/// A TD with one private page of 2 MiB, and the first 2 MiB of the shared half mapped by pages of 4 KiB.
fn vcpus() -> Arc<TdVcpus> {
    let machine = Arc::new(Machine::new(Hpa::new(0x20_0000), 16 << 20));
    let page = |order| machine.allocate(order).expect("the machine has memory");
    let td = Monitor::new(machine.clone(), 1).create(address_space(Gpaw::Bits48)).expect("a TD");
    for (level, address) in [(Level::Pml4, 0), (Level::Pdpt, PRIVATE)] {
        td.apply(Operation::new(Method::SeptAdd, address, level).with_page(page(0))).expect("a table");
    }
    td.finalize().expect("a TD that can run");
    td.apply(Operation::new(Method::PageAug, PRIVATE, Level::Pd).with_page(page(9))).expect("a private page");
    let tables = [page(0), page(0), page(0), page(0)];
    let set = |table: Hpa, index: u64, entry: u64| {
        machine.write(Hpa::new(table.as_u64() + 8 * index), &entry.to_le_bytes()).expect("memory");
    };
    for table in tables {
        machine.write(table, &[0; 4096]).expect("memory");
    }
    set(tables[0], 256, tables[1].as_u64() | 7);
    set(tables[1], 0, tables[2].as_u64() | 7);
    set(tables[2], 0, tables[3].as_u64() | 7);
    for index in 0..512 {
        set(tables[3], index, page(0).as_u64() | 0x37);
    }
    let vcpus = TdVcpus::new(Arc::new(td), paging(Gpaw::Bits48, tables[0]));
    vcpus.add().enter().expect("a running TD").operate(accept(PRIVATE, Level::Pd)).expect("a pending page");
    vcpus
}

fn accesses(criterion: &mut Criterion) {
    let vcpus = vcpus();
    let mut vcpu = vcpus.add();
    let mut group = criterion.benchmark_group("access");
    group.throughput(Throughput::Elements(1));
    let mut guest = vcpu.enter().expect("a running TD");
    let mut at = 0_u64;
    let mut next = |pages: u64, step: u64| {
        at = at.wrapping_add(step);
        (at % (pages * 4096)) & !7
    };
    let mut word = [0; 8];
    for (name, base) in [("shared", SHARED), ("private", PRIVATE)] {
        group.bench_function(format!("{name} read"), |bencher| {
            bencher.iter(|| guest.read(base + next(64, 72), black_box(&mut word)));
        });
        group.bench_function(format!("{name} write"), |bencher| {
            bencher.iter(|| guest.write(base + next(64, 72), black_box(&word)));
        });
    }
    drop(guest);
    group.bench_function("private read in a new epoch, by a walk", |bencher| {
        bencher.iter(|| {
            vcpus.domain().track(Method::Track).expect("nobody is inside");
            vcpu.enter().expect("a running TD").read(PRIVATE, black_box(&mut word))
        });
    });
    group.finish();
}

criterion_group!(benches, accesses);
criterion_main!(benches);
