//! Mistakes that must not compile with the tables of this crate, and their page.

use pt_compile_fail::Cases;

#[test]
fn mistakes_do_not_compile() {
    Cases::new("cases").run();
}

#[test]
fn the_page_is_not_stale() {
    Cases::new("cases").check_page("README.md");
}
