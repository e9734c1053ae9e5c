//! The counts, as callgrind writes them: one file for each workload, named by what the program told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What one workload took.
pub struct Count {
    pub design: String,
    pub workload: String,
    /// `engine` or `hand`.
    pub who: String,
    operations: u64,
    instructions: u64,
}

impl Count {
    /// Instructions for one page, or for what the workload does many of.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn per_operation(&self) -> f64 {
        self.instructions as f64 / self.operations as f64
    }

    /// Takes a file of callgrind's apart. Its name is `DESIGN, WORKLOAD, WHO, OPERATIONS`, where the workload may have
    /// commas of its own.
    fn parse(text: &str) -> Option<Self> {
        let value = |key| text.lines().find_map(|line| line.strip_prefix(key));
        let (design, rest) = value("desc: Trigger: Client Request: ")?.split_once(", ")?;
        let (rest, operations) = rest.rsplit_once(", ")?;
        let (workload, who) = rest.rsplit_once(", ")?;
        let instructions = value("summary: ").or_else(|| value("totals: "))?.trim().parse().ok()?;
        let [design, workload, who] = [design, workload, who].map(str::to_owned);
        Some(Self { design, workload, who, operations: operations.parse().ok()?, instructions })
    }
}

/// Runs the program under callgrind.
pub fn count(program: &Path) -> Vec<Count> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("counts");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the counts");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg(format!("--callgrind-out-file={}", folder.join("count").display()))
        .arg(program)
        .output()
        .expect("valgrind can be run");
    assert!(output.status.success(), "`workloads` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).expect("the counts").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let parse = |path: &PathBuf| Count::parse(&fs::read_to_string(path).expect("a text of callgrind's"));
    // The last file is that of the end of the program, in which nothing was counted.
    let counts: Vec<Count> = files.iter().filter_map(parse).collect();
    assert!(!counts.is_empty(), "callgrind counted nothing");
    counts
}
