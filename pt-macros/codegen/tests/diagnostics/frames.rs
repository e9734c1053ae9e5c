//! Frames: which address bits they store.

use crate::harness::{assert_errors, cove, tdx, with, with_first, x86_64};

#[test]
fn a_frame_that_begins_too_high() {
    assert_errors(
        &with_first(&tdx(), "12..=51, frame", "13..=51, frame"),
        &[("13..=51", "a leaf of `Pt` is aligned to bit 12, and `frame` stores its address from bit 13 on")],
    );
}

#[test]
fn a_frame_that_begins_too_high_at_one_level() {
    assert_errors(
        &with(&x86_64(), "#[bits(12..=51, frame, levels(Pt))]", "#[bits(13..=51, frame, levels(Pt))]"),
        &[("13..=51", "a leaf of `Pt` is aligned to bit 12, and `frame` stores its address from bit 13 on")],
    );
}

#[test]
fn a_frame_without_its_shift() {
    assert_errors(
        &with_first(&cove(), "frame, shift = 12", "frame"),
        &[("10..=53", "`frame` stores the address from bit 10 on, and a page is aligned to bit 12")],
    );
}

#[test]
fn a_frame_that_ends_outside_of_an_address() {
    assert_errors(
        &with_first(&cove(), "frame, shift = 12", "frame, shift = 22"),
        &[("10..=53", "`frame` would store address bits up to 65, and an address has 64")],
    );
}

#[test]
fn a_format_without_a_frame() {
    assert_errors(
        &with_first(
            &tdx(),
            "#[bits(12..=51, frame)]                              table: Hpa",
            "#[bits(12..=51)] table: Bits<40>",
        ),
        &[("EptTable", "where does an entry of `EptTable` point to? `SharedEpt` is a tree")],
    );
}

#[test]
fn a_frame_field_without_the_option() {
    assert_errors(
        &with(&x86_64(), "#[bits(12..=51, frame, levels(Pt))]", "#[bits(12..=51, levels(Pt))]"),
        &[("Hpa", "`Hpa` is the type of a frame: add `frame` to the `#[bits]` of `frame`")],
    );
}

#[test]
fn two_frames() {
    assert_errors(
        &with_first(
            &tdx(),
            "#[bits(12..=51, frame)] ",
            "#[bits(32..=51, frame, shift = 32)] high: Hpa, #[bits(12..=31, frame)] ",
        ),
        &[
            ("12..=31", "`high` is the frame already: an entry points to one place"),
            ("high", "the frame, as `frame` is again"),
        ],
    );
}
