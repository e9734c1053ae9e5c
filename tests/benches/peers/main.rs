//! The engine against the `x86_64` crate, in one process, on the same format: x86-64 page tables with four levels.
//!
//! Both reach their tables at a constant offset and take them from the same kind of allocator. Neither flushes a
//! TLB: on hardware that costs more than anything measured here. At the end the ratios are printed.
//!
//! To unmap a range and learn what was there costs the engine one locked exchange a leaf: a CPU may set the dirty bit
//! until the very moment that the entry goes. The crate's `unmap` loads and stores, and returns the frame alone. Who
//! does not want the leaves clears the range: whole tables are unlinked.

mod engine;
mod physical;
mod x86_64_crate;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, criterion_group};
use physical::Physical;
use std::hint::black_box;

/// The first virtual address that is mapped, and the first frame.
const START: u64 = 0x40_0000_0000;
const FRAME: u64 = 0x1_0000_0000;
/// What translations are looked up in, and what a range operation works on.
const LOOKUP: u64 = 64 << 20;
const RANGE: u64 = 256 << 20;
const PAGE: u64 = 4096;

/// One page-table library on x86-64 tables.
trait Peer {
    const NAME: &'static str;
    /// An empty address space whose tables lie in `memory`.
    fn new(memory: &Physical) -> Self;
    /// Maps `bytes` from [`START`] to the frames from [`FRAME`], with pages of 4 KiB.
    fn map(&mut self, bytes: u64);
    /// Unmaps them, and learns each frame that was mapped.
    fn unmap(&mut self, bytes: u64);
    /// Unmaps them, and learns nothing.
    fn clear(&mut self, bytes: u64);
    /// The physical address behind a virtual one; 0 for none.
    fn translate(&self, address: u64) -> u64;
}

/// Addresses all over the range, in an order that no prefetcher guesses.
fn scattered(bytes: u64) -> Vec<u64> {
    let pages = bytes / PAGE;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        START + (state >> 33) % pages * PAGE + (state & 0xff8)
    };
    (0..pages).map(next).collect()
}

fn translate<P: Peer>(group: &mut BenchmarkGroup<'_, WallTime>, memory: &Physical) {
    let mut tables = P::new(memory);
    tables.map(LOOKUP);
    let addresses = scattered(LOOKUP);
    for &address in &addresses {
        assert_eq!(tables.translate(address), FRAME + (address - START), "{} is wrong", P::NAME);
    }
    group.bench_function(P::NAME, |bencher| {
        bencher
            .iter(|| addresses.iter().map(|&address| tables.translate(black_box(address))).fold(0, u64::wrapping_add));
    });
    memory.reset();
}

fn map<P: Peer>(group: &mut BenchmarkGroup<'_, WallTime>, memory: &Physical) {
    let empty = || {
        memory.reset();
        P::new(memory)
    };
    let mapped = |mut tables: P| {
        tables.map(RANGE);
        tables
    };
    group.bench_function(P::NAME, |bencher| bencher.iter_batched(empty, mapped, BatchSize::PerIteration));
}

fn unmap<P: Peer>(group: &mut BenchmarkGroup<'_, WallTime>, memory: &Physical) {
    withdraw::<P>(group, memory, P::unmap);
}

fn clear<P: Peer>(group: &mut BenchmarkGroup<'_, WallTime>, memory: &Physical) {
    withdraw::<P>(group, memory, P::clear);
}

fn withdraw<P: Peer>(group: &mut BenchmarkGroup<'_, WallTime>, memory: &Physical, unmap: fn(&mut P, u64)) {
    let mapped = || {
        memory.reset();
        let mut tables = P::new(memory);
        tables.map(RANGE);
        tables
    };
    let unmapped = |mut tables: P| {
        unmap(&mut tables, RANGE);
        assert_eq!(tables.translate(START + RANGE / 2), 0, "{} did not unmap", P::NAME);
        tables
    };
    group.bench_function(P::NAME, |bencher| bencher.iter_batched(mapped, unmapped, BatchSize::PerIteration));
}

fn compare(criterion: &mut Criterion) {
    let memory = Physical::new();
    macro_rules! workload {
        ($name:literal, $workload:ident) => {
            let mut group = criterion.benchmark_group($name);
            $workload::<engine::Engine>(&mut group, &memory);
            $workload::<x86_64_crate::Mapped>(&mut group, &memory);
            $workload::<x86_64_crate::Offset>(&mut group, &memory);
            group.finish();
        };
    }
    workload!("translate", translate);
    workload!("map a range", map);
    workload!("unmap a range", unmap);
    workload!("clear a range", clear);
}

/// Prints each workload's times as ratios to the engine's, from the medians that criterion has just written.
fn print_ratios() {
    let median = |workload: &str, peer: &str| -> Option<f64> {
        let path = criterion_folder().join(workload).join(peer).join("new").join("estimates.json");
        let text = std::fs::read_to_string(path).ok()?;
        let after = text.split("\"median\":").nth(1)?.split("\"point_estimate\":").nth(1)?;
        after.split([',', '}']).next()?.trim().parse().ok()
    };
    let (mapped, offset) = (x86_64_crate::Mapped::NAME, x86_64_crate::Offset::NAME);
    println!("\n{:16} {:>14} {mapped:>24} {offset:>24}", "time", engine::Engine::NAME);
    for workload in ["translate", "map a range", "unmap a range", "clear a range"] {
        let Some(own) = median(workload, engine::Engine::NAME) else { continue };
        let ratio = |peer| median(workload, peer).map_or("-".to_owned(), |time| format!("{:.2}", time / own));
        println!("{workload:16} {:>14} {:>24} {:>24}", "1.00", ratio(mapped), ratio(offset));
    }
}

fn criterion_folder() -> std::path::PathBuf {
    let target = std::env::current_exe().ok().and_then(|exe| exe.ancestors().nth(3).map(std::path::Path::to_owned));
    target.unwrap_or_default().join("criterion")
}

criterion_group!(benches, compare);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    print_ratios();
}
