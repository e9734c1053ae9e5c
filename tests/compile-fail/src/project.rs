//! Cases and twins as the binaries of one package, checked by one run of cargo.
//!
//! The package is written beside the one that trybuild writes, depends on what the user's package depends on, and
//! builds into the same folder with the same flags: dependencies are built once.

use crate::answer::{Message, Problem};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use target_tuple::TARGET;
use toml::{Table, Value};

/// The user's package, as cargo sees it.
pub(crate) struct Project {
    root: PathBuf,
    target: PathBuf,
    package: Package,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    edition: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    rename: Option<String>,
    kind: Option<String>,
    target: Option<String>,
    optional: bool,
    req: String,
    features: Vec<String>,
    uses_default_features: bool,
    source: Option<String>,
    path: Option<PathBuf>,
}

/// This library: cases are not built with it.
const OURSELVES: &str = env!("CARGO_PKG_NAME");

impl Project {
    /// The package whose tests are running.
    ///
    /// # Panics
    /// If cargo does not know it.
    pub(crate) fn of_this_test() -> Self {
        let manifest = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests"));
        let manifest = manifest.join("Cargo.toml");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let asked = Command::new(cargo)
            .args(["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path"])
            .arg(&manifest)
            .output()
            .expect("cargo metadata");
        let metadata: Metadata = serde_json::from_slice(&asked.stdout)
            .unwrap_or_else(|error| panic!("cargo metadata: {error}\n{}", String::from_utf8_lossy(&asked.stderr)));
        let package = metadata.packages.into_iter().find(|package| package.manifest_path == manifest);
        let package = package.expect("the package is a member of its workspace");
        Self { root: metadata.workspace_root, target: metadata.target_directory.join("tests/trybuild"), package }
    }

    /// Checks these files with the toolchain, or with the one that is running; the errors of each file.
    ///
    /// # Panics
    /// If the dependencies do not build: what cargo says is printed.
    pub(crate) fn check(&self, toolchain: Option<&str>, files: &[PathBuf]) -> BTreeMap<PathBuf, Vec<Problem>> {
        let folder = self.write(files);
        let status = cargo(toolchain, &self.target, &folder).args(["--bin", PROBE]).status().expect("cargo check");
        assert!(status.success(), "the dependencies of the cases do not build with {}", toolchain.unwrap_or("cargo"));
        // What was checked before says nothing: the answers are not kept for files that fail.
        let checked = cargo(toolchain, &self.target, &folder)
            .args(["--bins", "--keep-going", "--quiet", "--message-format=json"])
            .output()
            .expect("cargo check");
        let mut found: BTreeMap<PathBuf, Vec<Problem>> = files.iter().map(|file| (file.clone(), Vec::new())).collect();
        for line in String::from_utf8_lossy(&checked.stdout).lines() {
            let message = serde_json::from_str::<Message>(line).ok().and_then(Message::into_problem);
            let Some((target, problem)) = message else { continue };
            if let Some(file) = files.iter().find(|file| binary(file) == target) {
                found.entry(file.clone()).or_default().push(problem);
            }
        }
        let silent = found.values().all(Vec::is_empty);
        assert!(checked.status.success() || !silent, "{}", String::from_utf8_lossy(&checked.stderr));
        found
    }

    /// Writes the package.
    fn write(&self, files: &[PathBuf]) -> PathBuf {
        let folder = self.target.join(format!("{}-twins", self.package.name));
        std::fs::create_dir_all(&folder).expect("a folder for the package of the cases");
        let manifest = self.manifest(files).to_string();
        std::fs::write(folder.join("Cargo.toml"), manifest).expect("the manifest of the cases");
        std::fs::write(folder.join("main.rs"), "fn main() {}\n").expect("the probe");
        // Without a lock file cargo would look for newer versions.
        let _ = std::fs::copy(self.root.join("Cargo.lock"), folder.join("Cargo.lock"));
        folder
    }

    fn manifest(&self, files: &[PathBuf]) -> Table {
        let here = self.package.manifest_path.parent().unwrap_or(Path::new("."));
        let probe = (PROBE.to_owned(), PathBuf::from("main.rs"));
        let bins = files.iter().map(|file| (binary(file), here.join(file))).chain([probe]);
        let bin = |(name, path): (String, PathBuf)| {
            Value::Table(Table::from_iter([text("name", &name), text("path", &path.to_string_lossy())]))
        };
        let package = Table::from_iter([
            text("name", &format!("{}-twins", self.package.name)),
            text("version", "0.0.0"),
            text("edition", &self.package.edition),
        ]);
        Table::from_iter([
            ("package".to_owned(), Value::Table(package)),
            ("dependencies".to_owned(), Value::Table(self.dependencies(here))),
            ("bin".to_owned(), Value::Array(bins.map(bin).collect())),
            ("workspace".to_owned(), Value::Table(Table::new())),
        ])
    }

    /// What the cases may use: the package itself, its dependencies, and those of its tests.
    fn dependencies(&self, here: &Path) -> Table {
        let own = self.package.name == OURSELVES;
        let used = |dependency: &&Dependency| {
            let kind = dependency.kind.as_deref();
            let wanted = kind == Some("dev") || (kind.is_none() && !own);
            wanted && dependency.target.is_none() && !dependency.optional && dependency.name != OURSELVES
        };
        let mut dependencies: Table = self.package.dependencies.iter().filter(used).map(Dependency::entry).collect();
        if !own {
            let path = Table::from_iter([text("path", &here.to_string_lossy())]);
            dependencies.insert(self.package.name.clone(), Value::Table(path));
        }
        dependencies
    }
}

impl Dependency {
    /// Its line in a manifest.
    fn entry(&self) -> (String, Value) {
        let mut entry = Table::from_iter([
            text("package", &self.name),
            ("default-features".to_owned(), Value::Boolean(self.uses_default_features)),
            ("features".to_owned(), Value::Array(self.features.iter().cloned().map(Value::String).collect())),
        ]);
        match (&self.path, self.source.as_deref().and_then(|source| source.strip_prefix("git+"))) {
            (Some(path), _) => entry.extend([text("path", &path.to_string_lossy())]),
            (None, Some(git)) => {
                let (url, query) = git.split_once('?').unwrap_or((git, ""));
                entry.extend([text("git", url)]);
                entry.extend(query.split_once('=').map(|(key, value)| text(key, value)));
            }
            (None, None) => entry.extend([text("version", &self.req)]),
        }
        (self.rename.clone().unwrap_or_else(|| self.name.clone()), Value::Table(entry))
    }
}

/// The binary that is built first, so that dependencies which do not build are seen.
const PROBE: &str = "the-dependencies";

fn text(key: &str, value: &str) -> (String, Value) {
    (key.to_owned(), Value::String(value.to_owned()))
}

/// The name of a file's binary.
fn binary(file: &Path) -> String {
    file.with_extension("").to_string_lossy().replace(|sign: char| !sign.is_ascii_alphanumeric(), "-")
}

/// `cargo check`, with the flags that trybuild gives.
fn cargo(toolchain: Option<&str>, target: &Path, folder: &Path) -> Command {
    let mut command = match toolchain {
        Some(toolchain) => {
            let mut command = Command::new("rustup");
            command.args(["run", toolchain, "cargo"]);
            command.env_remove("RUSTC").env_remove("RUSTDOC").env_remove("CARGO");
            command
        }
        None => Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))),
    };
    command.current_dir(folder).env("CARGO_TARGET_DIR", target).env("CARGO_INCREMENTAL", "0").env_remove("RUSTFLAGS");
    let flags = r#"build.rustflags=["--cfg", "trybuild", "--verbose", "-A", "dead_code"]"#;
    // With a target, flags are not those of procedural macros: what macros depend on is built once.
    command.args(["check", "--offline", "--color=never", "--target", TARGET, "--config", flags]);
    command
}
