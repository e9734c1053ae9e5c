//! What a library costs before it runs: bytes of code, time of the macro, time of a build.

use crate::machine::children_time;
use crate::measure::median;
use crate::out_of_line;
use crate::report::Cells;
use proc_macro2::TokenStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs, io};

/// Rows.
pub const BYTES: &str = "bytes";
/// Calls and jumps that leave the function.
pub const CALLS: &str = "calls";
/// A cold build, by the clock.
pub const SECONDS: &str = "seconds";
/// The same, of both CPUs together: what does not depend on who else uses the machine.
pub const CPU_SECONDS: &str = "CPU seconds";
/// The column of the engine alone.
pub const ENGINE_ALONE: &str = "pt-core";
/// The column of a user of a declaration, with the macro.
pub const DECLARED: &str = "pt-x86-64";
/// The column of a macro that does nothing, and names the packages that the generator is made with: no user of a
/// declaration builds faster than this.
pub const PACKAGES: &str = "its packages alone";

const DECLARATION: &str = include_str!("../../../backends/tdx/src/declaration.rs");

/// Milliseconds to expand the TDX declaration: what each build of it spends in the macro.
///
/// # Panics
/// If the declaration cannot be found in its file.
#[must_use]
pub fn expansion() -> f64 {
    let start = DECLARATION.find("pub mod tdx").expect("the declaration");
    let module: TokenStream = DECLARATION[start..].parse().expect("valid Rust");
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(pt_codegen::page_tables(TokenStream::new(), module.clone()));
        start.elapsed().as_secs_f64() * 1e3
    };
    median((0..15).map(once).collect()).unwrap_or(f64::NAN)
}

/// The size of a translation that is compiled as a function, and how often it leaves it. `None` without binutils.
#[must_use]
pub fn code(program: &Path) -> Option<Cells> {
    let functions = out_of_line::all();
    let listing = |tool: &str, arguments: &[&str]| {
        let output = Command::new(tool).args(arguments).arg(program).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let symbols = listing("nm", &["--demangle", "--print-size"])?;
    let mut cells = Cells::default();
    for (function, column) in functions {
        let path = format!("pt_benches::out_of_line::{function}");
        let line = symbols.lines().find(|line| line.ends_with(&path))?;
        let mut fields = line.split(' ').map(|field| u64::from_str_radix(field, 16));
        let (Some(Ok(at)), Some(Ok(bytes))) = (fields.next(), fields.next()) else { return None };
        let range = [format!("--start-address={at}"), format!("--stop-address={}", at + bytes)];
        let code = listing("objdump", &["--disassemble", "--no-show-raw-insn", &range[0], &range[1]])?;
        cells.insert(BYTES, column, bytes as f64);
        cells.insert(CALLS, column, code.lines().filter(|line| leaves(line, at..at + bytes)).count() as f64);
    }
    Some(cells)
}

/// Whether an instruction goes on outside of a function.
fn leaves(line: &str, function: std::ops::Range<u64>) -> bool {
    let Some((_, instruction)) = line.split_once(":\t") else { return false };
    let (name, target) = instruction.split_once(' ').unwrap_or((instruction, ""));
    let target = target.split_whitespace().next().and_then(|target| u64::from_str_radix(target, 16).ok());
    name == "call" || name.starts_with('j') && target.is_none_or(|target| !function.contains(&target))
}

/// Seconds of a cold release build of a crate whose one line names the library.
///
/// # Errors
/// Files cannot be written, or a build fails.
pub fn cold_builds() -> io::Result<Cells> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let local = |name: &str, path: &str| format!("{name} = {{ path = \"{}\" }}", workspace.join(path).display());
    let version = |name: &str, rest: &str| format!("{name} = {{ version = {rest} }}");
    let libraries = [
        (ENGINE_ALONE, local(ENGINE_ALONE, "pt-core")),
        (DECLARED, local(DECLARED, "backends/x86_64")),
        (PACKAGES, packages(workspace)?),
        ("x86_64", version("x86_64", "\"0.15\", default-features = false")),
        ("page_table_multiarch", version("page_table_multiarch", "\"0.6\"")),
        ("page-table-generic", version("page-table-generic", "\"0.9\"")),
        ("patina_paging", version("patina_paging", "\"11\"")),
        ("aarch64-paging", version("aarch64-paging", "\"0.12\"")),
    ];
    let folder = env::temp_dir().join(format!("pt-benches-builds-{}", std::process::id()));
    let mut cells = Cells::default();
    for (library, dependencies) in libraries {
        let user = user(&folder, workspace, library, &dependencies)?;
        let (start, before) = (Instant::now(), children_time());
        let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
            .args(["build", "--release", "--offline", "--quiet"])
            .current_dir(&user)
            .env("CARGO_TARGET_DIR", user.join("target"))
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("{library}: {}", String::from_utf8_lossy(&output.stderr))));
        }
        cells.insert(SECONDS, library, start.elapsed().as_secs_f64());
        cells.insert(CPU_SECONDS, library, children_time().saturating_sub(before).as_secs_f64());
    }
    fs::remove_dir_all(&folder)?;
    Ok(cells)
}

/// The dependencies of the generator, as this workspace names them.
fn packages(workspace: &Path) -> io::Result<String> {
    let manifest = fs::read_to_string(workspace.join("Cargo.toml"))?;
    let of_generator = |line: &&str| ["darling", "proc-macro2", "quote", "syn"].contains(&name_of(line));
    Ok(manifest.lines().filter(of_generator).collect::<Vec<_>>().join("\n"))
}

/// The name of the package that a line of dependencies is about.
fn name_of(line: &str) -> &str {
    line.split([' ', '=']).next().unwrap_or(line)
}

/// Writes the crate, with the versions of this workspace. The packages of a macro are built as cargo builds them for a
/// macro: that of the packages alone is one.
fn user(folder: &Path, workspace: &Path, library: &str, dependencies: &str) -> io::Result<PathBuf> {
    let user = folder.join(library.replace(' ', "-"));
    fs::create_dir_all(user.join("src"))?;
    let (kind, named): (_, Vec<_>) = match library {
        PACKAGES => ("[lib]\nproc-macro = true\n", dependencies.lines().map(name_of).collect()),
        _ => ("", vec![library]),
    };
    let mut manifest = String::from("[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    manifest.extend([kind, "[workspace]\n[dependencies]\n", dependencies, "\n"]);
    fs::write(user.join("Cargo.toml"), manifest)?;
    let lines: Vec<_> = named.iter().map(|name| format!("use {} as _;", name.replace('-', "_"))).collect();
    fs::write(user.join("src/lib.rs"), lines.join("\n"))?;
    fs::copy(workspace.join("Cargo.lock"), user.join("Cargo.lock"))?;
    Ok(user)
}

/// Another build of this program, with link-time optimisation of everything.
///
/// # Errors
/// The build fails.
pub fn with_lto() -> io::Result<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = manifest.ancestors().nth(2).unwrap_or(manifest).join("target/with-lto");
    let status = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["build", "--release", "--quiet", "--bin", "compare"])
        .args(["--config", "profile.release.lto=\"fat\"", "--config", "profile.release.codegen-units=1"])
        .args(["--config", "profile.release.panic=\"abort\"", "--config", "profile.release.debug=false"])
        .current_dir(manifest)
        .env("CARGO_TARGET_DIR", &target)
        .status()?;
    if status.success() {
        Ok(target.join("release/compare"))
    } else {
        Err(io::Error::other("the build with LTO failed"))
    }
}
