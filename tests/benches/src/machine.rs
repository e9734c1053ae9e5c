//! What the benchmark asks the operating system for: a CPU to stay on, and how often it was interrupted there.
#![allow(unsafe_code, reason = "the interface of the C library")]

use std::mem;
use std::time::Duration;

/// How often this thread lost its CPU against its will.
#[must_use]
pub fn interruptions() -> i64 {
    usage(libc::RUSAGE_THREAD).ru_nivcsw
}

/// The CPU time of all programs that this one has started and waited for.
#[must_use]
pub fn children_time() -> Duration {
    let usage = usage(libc::RUSAGE_CHILDREN);
    let time = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec.cast_unsigned()) + Duration::from_micros(time.tv_usec.cast_unsigned())
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}

fn usage(whose: i32) -> libc::rusage {
    // SAFETY: integers, of which all zeroes is a value.
    let mut usage: libc::rusage = unsafe { mem::zeroed() };
    // SAFETY: it writes one such structure.
    unsafe { libc::getrusage(whose, &raw mut usage) };
    usage
}

/// Keeps this thread on a CPU, if it may run there.
pub fn pin(cpu: usize) {
    // SAFETY: a bit set, of which all zeroes is the empty one.
    let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
    // SAFETY: the set has more bits than the machine CPUs.
    unsafe { libc::CPU_SET(cpu, &mut set) };
    // SAFETY: it reads one such set. If the CPU is not ours to use, the thread stays where it is.
    unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set) };
}

/// The CPU, how busy it was with other work, and the compiler, for the report.
#[must_use]
pub fn name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let rustc = std::process::Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    format!("{} ({cpus} CPUs, load {load} before), {rustc}", model.map_or("an unknown CPU", |model| model.1))
}
