//! A KVM guest whose page tables are built by the library, in the guest's own memory.
//!
//! The guest runs in long mode, in a loop that stores to a heap of which nothing is mapped. Its page-fault handler hands
//! over to the host, which maps a page and lets the guest try again; the last store goes to a page that is mapped
//! read-only, and is refused. The host is in `host.rs`; the guest's processor and
//! program are in `guest.rs`.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod guest;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod host;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn main() -> std::process::ExitCode {
    host::main()
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn main() {
    println!("kvm-guest needs Linux on x86-64, with KVM.");
}
