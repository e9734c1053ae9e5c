//! The program as its users run it: with KVM, and without.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use kvm_ioctls::Kvm;
use std::io::{Write, stderr};
use std::process::Command;

#[test]
fn the_guest_gets_what_it_asks_for_and_no_more() {
    let output = Command::new(env!("CARGO_BIN_EXE_kvm-guest")).output().expect("the program can be started");
    let (said, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if let Err(error) = Kvm::new() {
        writeln!(stderr(), "SKIPPED: the program kvm-guest runs no guest: /dev/kvm: {error}").expect("standard error");
        assert!(!output.status.success() && complaint.starts_with("kvm-guest: /dev/kvm: "), "{complaint}");
        return;
    }
    assert!(output.status.success(), "{said}{complaint}");
    let faults: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("page fault at ")).collect();
    let expected = ["0x40000000", "0x40100000", "0x40200000", "0x40400000"].map(|at| format!("{at}, error code 0x2"));
    assert_eq!(faults[..4], expected, "{said}");
    assert_eq!(faults[4..], ["0x1000, error code 0x3"], "{said}");
    assert!(said.contains("refused: a page of Pt allows r-xX-"), "{said}");
    assert!(said.contains("0x0000000040200000-0x00000000405fffff  0x000001200000-0x0000015fffff  Pd"), "{said}");
}
