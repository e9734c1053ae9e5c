//! Compile-fail cases for a declaration: mistakes that must not compile, each with a twin that does.
//!
//! ```no_run
//! // tests/compile_fail.rs of a package that declares tables
//! fn mistakes_do_not_compile() {
//!     pt_compile_fail::Cases::new("cases").run();
//! }
//! ```
//!
//! A case is a file `NAME.rs` in the folder, or in a folder of its class below it. It opens with a sentence that
//! says what goes wrong in practice; `Seen:` lines say where it did:
//!
//! ```text
//! //! A page is unmapped and the flush forgotten: the guest goes on through its TLB.
//! //!
//! //! Seen: KVM tdp_mmu.c, `tdp_mmu_zap_leafs` [kvm-46]
//! ```
//!
//! Beside it are `NAME.stderr`, the compiler's answer, and `NAME.pass.rs`, the twin: the same code with one token
//! changed, which compiles. The twin shows that the error is there for the stated reason and no other.
//!
//! The answers are exact on the pinned toolchain. On a second one, nightly by default, they are compared in what a
//! person reads first: the error's code, the headline, and the label.
//!
//! | command | what it does |
//! |---|---|
//! | `cargo test --test compile_fail` | runs everything |
//! | `cargo test --test compile_fail -- mistakes trybuild=NAME` | only the cases with this in their name |
//! | `TRYBUILD=overwrite cargo test --test compile_fail` | writes the answers anew: read them |
//! | `BLESS=1 cargo test --test compile_fail` | writes the generated part of the page anew |
#![forbid(unsafe_code)]

mod answer;
mod case;
mod page;
mod project;
mod twin;

pub use case::{Case, Sighting};

use project::Project;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The cases of one folder.
#[derive(Clone, Debug)]
pub struct Cases {
    folder: PathBuf,
    tolerant: String,
    classes: Vec<String>,
}

impl Cases {
    /// The cases in `folder`, relative to the package.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), tolerant: "nightly".to_owned(), classes: Vec::new() }
    }

    /// The toolchain of the second, tolerant run, as rustup calls it.
    #[must_use]
    pub fn tolerant_on(mut self, toolchain: impl Into<String>) -> Self {
        self.tolerant = toolchain.into();
        self
    }

    /// The order of the classes on a page. Those that are not named come first, by their names.
    #[must_use]
    pub fn classes(mut self, classes: &[&str]) -> Self {
        self.classes = classes.iter().copied().map(str::to_owned).collect();
        self
    }

    /// Every case, in order of its path.
    ///
    /// # Panics
    /// If the folder cannot be read.
    #[must_use]
    pub fn all(&self) -> Vec<Case> {
        Case::all(&self.folder)
    }

    /// Runs the cases: headers, twins, the exact answers, and the tolerant run where its toolchain is installed.
    ///
    /// # Panics
    /// If a case is not in order: the message says which, and what to do.
    pub fn run(&self) {
        let cases: Vec<Case> = self.all().into_iter().filter(is_wanted).collect();
        let complaints = cases.iter().flat_map(|case| [case.complaint(), twin::complaint(case)]);
        report(&complaints.flatten().collect::<Vec<_>>());
        exact(&cases);
        let project = Project::of_this_test();
        twins(&project, None, &cases);
        if is_installed(&self.tolerant) {
            self.tolerant(&project, &cases);
        } else {
            // Past the capture of the test's output: that something was not tested is to be seen.
            let said = format!("\nSKIPPED: the toolchain `{}` for the tolerant run is missing\n", self.tolerant);
            let _ = std::io::stderr().write_all(said.as_bytes());
        }
    }

    /// The tolerant run: code, headline and label.
    fn tolerant(&self, project: &Project, cases: &[Case]) {
        let paths: Vec<PathBuf> = cases.iter().flat_map(|case| [case.path.clone(), case.twin()]).collect();
        let found = project.check(Some(&self.tolerant), &paths);
        let differs = |case: &Case| {
            let difference = answer::difference(&case.problems(), &found[&case.path]);
            difference.map(|said| format!("{} with `{}`: {said}", case.path.display(), self.tolerant))
        };
        let broken = |case: &Case| broken(&case.twin(), &found[&case.twin()]);
        report(&cases.iter().filter_map(differs).chain(cases.iter().filter_map(broken)).collect::<Vec<_>>());
    }

    /// Compares the generated part of a page with the cases; `BLESS=1` writes it. What stands above it is yours.
    ///
    /// # Panics
    /// If the page is stale or has no generated part.
    pub fn check_page(&self, path: impl AsRef<Path>) {
        self.check_page_with(path, "");
    }

    /// [`check_page`](Self::check_page) with another section below the tables.
    ///
    /// # Panics
    /// If the page is stale or has no generated part.
    pub fn check_page_with(&self, path: impl AsRef<Path>, section: &str) {
        let mut cases = self.all();
        cases.sort_by_key(|case| self.classes.iter().position(|class| *class == case.class));
        page::check(path.as_ref(), &(page::tables(&cases) + section));
    }
}

/// Compares the answers on the toolchain that is running, or writes them.
fn exact(cases: &[Case]) {
    let runner = trybuild::TestCases::new();
    for case in cases {
        runner.compile_fail(&case.path);
    }
}

/// Checks that the twins compile.
fn twins(project: &Project, toolchain: Option<&str>, cases: &[Case]) {
    let paths: Vec<PathBuf> = cases.iter().map(Case::twin).collect();
    let found = project.check(toolchain, &paths);
    report(&found.iter().filter_map(|(path, problems)| broken(path, problems)).collect::<Vec<_>>());
}

/// What is wrong with a twin.
fn broken(twin: &Path, problems: &[answer::Problem]) -> Option<String> {
    let texts: Vec<&str> = problems.iter().map(|problem| problem.text.as_str()).collect();
    (!texts.is_empty()).then(|| format!("{} does not compile:\n{}", twin.display(), texts.join("\n")))
}

/// Whether trybuild's filter lets this case through.
fn is_wanted(case: &Case) -> bool {
    let mut filters = std::env::args().filter_map(|word| word.strip_prefix("trybuild=").map(str::to_owned)).peekable();
    let path = case.path.to_string_lossy();
    filters.peek().is_none() || filters.any(|filter| path.contains(&filter))
}

fn is_installed(toolchain: &str) -> bool {
    let mut rustc = Command::new("rustup");
    rustc.args(["run", toolchain, "rustc", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    rustc.status().is_ok_and(|status| status.success())
}

fn report(complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{} of the cases are not in order:\n\n{}\n",
        complaints.len(),
        complaints.join("\n\n")
    );
}
