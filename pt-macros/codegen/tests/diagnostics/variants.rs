//! One declaration for several variants.

use crate::harness::assert_variants;

/// Two granules, one page of which is twice as large.
const TWO: &str = "pub mod two {
    use pt_core::Hpa;
    #[levels] pub enum Level {
        #[only(wide)] #[level(index = 13..=22, leaf)] Large,
        #[level(index = 12..=20, leaf, only(narrow))] #[only(narrow)] Small,
    }
    #[geometry] pub enum Width {
        #[root(Small, only(narrow))] #[root(Large, only(wide))] Only,
    }
    #[entry(leaf, levels(Small, only(narrow)), levels(Large, only(wide)), present = present,
        ignored(1..=11, 52..=63), reserved(12, only(wide)))]
    pub struct Leaf {
        #[bits(0)] present: bool,
        #[bits(12..=51, frame, only(narrow))] #[bits(13..=51, frame, only(wide))] frame: Hpa,
    }
    #[only(wide)] pub struct Passed<A, B> { left: A, right: B }
    #[table(guest, visible_to(vmm), entries(Leaf))] pub struct Table;
}";

#[test]
fn each_is_right_by_itself() {
    assert_variants("variants(narrow, wide)", TWO, &[]);
}

#[test]
fn what_is_wrong_in_all_of_them_is_said_once() {
    let wrong = TWO.replace("ignored(1..=11, 52..=63)", "ignored(1..=11, 52..=62)");
    assert_variants("variants(narrow, wide)", &wrong, &[("Leaf", "bit 63")]);
}

#[test]
fn what_is_wrong_in_one_of_them() {
    let wrong = TWO.replace("reserved(12, only(wide))", "");
    assert_variants("variants(narrow, wide)", &wrong, &[("Leaf", "bit 12")]);
}

#[test]
fn an_unknown_variant() {
    let wrong = TWO.replace("#[only(wide)] #[level", "#[only(wider)] #[level");
    let message = "unknown variant `wider`: there are `narrow`, `wide`";
    assert_variants("variants(narrow, wide)", &wrong, &[("wider", message)]);
}

#[test]
fn something_else_than_a_name() {
    assert_variants("variants(narrow, wide, 16)", TWO, &[("16", "names of variants stand here")]);
}
