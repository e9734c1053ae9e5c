//! What the crates of the generator may depend on: `syn` and `darling` are for the parser alone, so that the rest
//! compiles while they do. A user's build is two of eleven seconds shorter for it.

/// What is compiled before `syn` is.
const ALLOWED: [&str; 3] = ["proc-macro2", "pt-model", "quote"];

#[test]
fn only_the_parser_waits_for_syn() {
    let manifests = [
        include_str!("../../model/Cargo.toml"),
        include_str!("../../check/Cargo.toml"),
        include_str!("../../emit/Cargo.toml"),
    ];
    for manifest in manifests {
        let (_, rest) = manifest.split_once("[dependencies]\n").expect("a list of dependencies");
        let list = rest.split("\n[").next().unwrap_or(rest);
        let names: Vec<_> = list.lines().filter_map(|line| line.split(['.', ' ', '=']).next()).collect();
        assert!(names.contains(&"proc-macro2"), "{names:?}");
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            assert!(ALLOWED.contains(&name), "{name}, in:\n{manifest}");
        }
    }
}
