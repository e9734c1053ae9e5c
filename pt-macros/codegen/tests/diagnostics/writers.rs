//! `written_by(…)`: which party writes which bits.

use crate::harness::{assert_errors, assert_slip, cca, with};

#[track_caller]
fn assert_in_cca(old: &str, new: &str, wanted: &[(&str, &str)]) {
    assert_errors(&with(&cca(), old, new), wanted);
}

#[test]
fn a_party_that_does_not_exist() {
    assert_in_cca(
        "2..=5, written_by(vmm)",
        "2..=5, written_by(vnm)",
        &[("vnm", "unknown word `vnm`: did you mean `vmm`?")],
    );
    assert_in_cca("2..=5, written_by(vmm)", "2..=5, written_by", &[("written_by", "write `written_by(…)`")]);
}

#[test]
fn several_parties() {
    assert_in_cca("2..=5, written_by(vmm)", "2..=5, written_by(vmm, guest)", &[]);
    assert_in_cca("software(56..=58)", "software(56..=58, written_by(vmm))", &[]);
}

#[test]
fn a_field_without_a_writer() {
    assert_in_cca(
        "#[bits(52, written_by(monitor))]",
        "#[bits(52)]",
        &[("contiguous", "who writes `contiguous`? Other bits of `RttLeaf` have writers: add `written_by(vmm)`")],
    );
}

#[test]
fn bits_that_nobody_writes() {
    assert_in_cca(
        "hardware = accessed",
        "hardware = accessed, written_by(vmm)",
        &[("vmm", "`accessed` is written by the CPU: remove `written_by`")],
    );
    assert_in_cca(
        "present = kind, reserved(11, ",
        "present = kind, reserved(11, written_by(vmm), ",
        &[("vmm", "nobody chooses the value of reserved bits: remove `written_by`")],
    );
}

#[test]
fn the_first_writer_asks_for_the_others() {
    assert_slip(
        "#[bits([9, 53..=56, 6..=7])] ",
        "#[bits([9, 53..=56, 6..=7], written_by(monitor))] ",
        &[
            ("read", "who writes `read`?"),
            ("write", "who writes `write`?"),
            ("execute", "who writes `execute`?"),
            ("memory_type", "who writes `memory_type`?"),
            ("frame", "who writes `frame`?"),
            ("suppress_ve", "who writes `suppress_ve`?"),
        ],
    );
}

#[test]
fn registers_have_no_writers() {
    let register = "pub mod operands {
        #[register(reserved(1..=63, written_by(vmm)))]
        pub struct Operand { #[bits(0)] last: bool }
    }";
    assert_errors(register, &[("vmm", "a register has no writers: remove `written_by`")]);
}
