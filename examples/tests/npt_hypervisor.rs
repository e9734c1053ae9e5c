//! The hypervisor on the bare machine comes to its end, and the guest sees what the host did.
#![forbid(unsafe_code)]

use std::io::Write as _;
use std::process::Command;

#[test]
fn the_guest_faults_changes_and_ends() {
    let run = Command::new(env!("CARGO_BIN_EXE_npt-hypervisor")).output().expect("it can be run");
    let said = String::from_utf8_lossy(&run.stdout);
    if run.status.code() == Some(2) {
        let why = String::from_utf8_lossy(&run.stderr);
        let _ = writeln!(std::io::stderr(), "SKIPPED: the hypervisor on the bare machine: {why}");
        return;
    }
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    let events: Vec<&str> = said.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(
        events,
        [
            "A guest with 16 MiB of memory, none of which is mapped.",
            "fault: fetch at 0x1000: 4 KiB are mapped",
            "fault: write at 0x400000: 2 MiB are mapped",
            "guest: 16 pages are written",
            "host:  2 MiB are write-protected, to see which pages change from now on",
            "fault: write at 0x403000: the page changes from now on; it is writable again",
            "guest: the page 0x403000 is changed",
            "host:  the page 0x402000 is taken away",
            "fault: read at 0x402000: a fresh page of 4 KiB is mapped",
            "guest: the page that was taken away reads as 0x0",
            "The guest is done. Its nested page tables:",
        ]
    );
    assert!(said.contains("508 x   4 KiB"), "{said}");
}
