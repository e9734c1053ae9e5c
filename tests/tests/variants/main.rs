//! Declarations of designs that are not TDX: they expand, type-check, and say what their specifications say. Their
//! hooks are implemented by stubs; there are no monitors behind them.

mod arm;
mod cca;
mod cove;
mod features;
mod life;
mod loongarch;
mod riscv;
mod snp;
mod spans;
mod x86_64;
