//! How long it takes to expand the TDX declaration: the time that each build of it spends in the macro. The limit is
//! 100 ms.

use criterion::{Criterion, criterion_group, criterion_main};
use proc_macro2::TokenStream;
use std::hint::black_box;

const DECLARATION: &str = include_str!("../../backends/tdx/src/declaration.rs");

/// The module under `#[page_tables]`, without what stands before it.
fn module() -> TokenStream {
    let start = DECLARATION.find("pub mod tdx").expect("the declaration");
    DECLARATION[start..].parse().expect("valid Rust")
}

fn expansion(criterion: &mut Criterion) {
    let module = module();
    criterion.bench_function("expand the TDX declaration", |bencher| {
        bencher.iter(|| pt_codegen::page_tables(TokenStream::new(), black_box(module.clone())));
    });
}

criterion_group!(benches, expansion);
criterion_main!(benches);
