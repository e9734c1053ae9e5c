//! What is right is not refused.

use crate::harness::{assert_errors, cca, cove, module_side, snp, tdx, x86_64};

#[test]
fn the_declarations_of_the_backends_are_right() {
    for declaration in [tdx(), module_side(), cca(), snp(), cove(), x86_64()] {
        assert_errors(&declaration, &[]);
    }
}
