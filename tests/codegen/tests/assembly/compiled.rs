//! The library of this package, compiled with the release profile: its assembly, and the sizes of its functions.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

/// The assembly and the object file, compiled once.
fn compiled() -> &'static (PathBuf, PathBuf) {
    static COMPILED: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (assembly, object) = (target.join("assembly.s"), target.join("assembly.o"));
        let emit = |kind: &str, path: &Path| {
            let mut option = OsString::from(format!("--emit={kind}="));
            option.push(path);
            option
        };
        let status = Command::new(env::var_os("CARGO").expect("cargo runs the tests"))
            .args(["rustc", "--quiet", "--release", "--lib", "--package", env!("CARGO_PKG_NAME"), "--target-dir"])
            .arg(target)
            .args(["--", "-Ccodegen-units=1", "-Cdebuginfo=0", "-Cllvm-args=--x86-asm-syntax=intel"])
            .args([emit("asm", &assembly), emit("obj", &object)])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .status()
            .expect("cargo can be run");
        assert!(status.success(), "the library does not compile with the release profile");
        (assembly, object)
    })
}

/// The assembly.
pub fn assembly() -> String {
    fs::read_to_string(&compiled().0).expect("the compiler wrote the assembly")
}

/// The functions and how many bytes each has, if there is an `nm` to ask.
pub fn sizes() -> Option<Vec<(String, u64)>> {
    let output = match Command::new("nm").arg("--print-size").arg(&compiled().1).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => panic!("nm is there and cannot be run: {error}"),
    };
    let text = String::from_utf8(output.stdout).expect("symbols are text");
    let parse = |line: &str| {
        let mut words = line.split(' ').skip(1);
        let size = u64::from_str_radix(words.next()?, 16).ok()?;
        Some((words.nth(1)?.to_owned(), size))
    };
    Some(text.lines().filter_map(parse).collect())
}

/// Which compiler it is.
pub fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc can be run");
    String::from_utf8(output.stdout).expect("a version is text").trim().to_owned()
}
