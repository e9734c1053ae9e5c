//! A confidential VM on an emulated TDX module: built, run with a recorded memory trace on several vCPUs, torn down.
//!
//! Every byte that the guest reads is compared with what it wrote. The report says what it cost. `--help` lists the
//! options; `traces/README.md` says how to record a trace.
#![forbid(unsafe_code)]

mod drawing;
mod failure;
mod frames;
mod guest;
mod host;
mod layout;
mod options;
mod progress;
mod replay;
mod report;
mod shadow;
mod stats;
mod survey;
mod trace;

use failure::{Checked, During};
use frames::{Count, Frames};
use guest::Runner;
use guest::process::Process;
use host::injection::faults;
use host::life::{Built, image};
use host::seam::{Seam, module};
use host::{Domain, GPAW, Vcpus};
use layout::Layout;
use options::{Command, Options};
use progress::Progress;
use pt_core::{Geometry, Hpa};
use pt_emulated::tdx::paging;
use pt_emulated::{Machine, Random};
use report::Report;
use shadow::PAGE;
use stats::Stats;
use std::error::Error;
use std::fs::File;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use survey::{PAGES, Survey};
use trace::Source;

/// Where the memory of the machine begins.
const MEMORY: Hpa = Hpa::new(1 << 30);
/// Rows of the trees that are drawn in the terminal.
const MOST_ROWS: usize = 60;

fn main() -> ExitCode {
    let options = match options::parse(std::env::args_os().skip(1)) {
        Ok(Command::Run(options)) => options,
        Ok(Command::Help) => {
            // Whoever reads it may have seen enough before the end.
            let _ = writeln!(stdout(), "{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => return end(&error, 2),
    };
    match Input::new(&options) {
        Err(error) => end(&*error, 2),
        Ok(input) => run(&options, &input).map_or_else(|failure| end(&failure, 1), |()| ExitCode::SUCCESS),
    }
}

/// Says in one line what was wrong.
fn end(error: &dyn Error, status: u8) -> ExitCode {
    eprintln!("tdx-vm: {error}");
    ExitCode::from(status)
}

/// What has to be right before anything is built.
struct Input {
    source: Source,
    survey: Survey,
    layout: Layout,
    svg: Option<File>,
}

impl Input {
    fn new(options: &Options) -> Result<Self, Box<dyn Error>> {
        let source = options.trace.clone().map_or(Source::BuiltIn, Source::File);
        let survey = Survey::of(&source)?;
        let layout = Layout::new(&survey, options.vcpus, GPAW.width() - 1)?;
        let create = |path: &PathBuf| File::create(path).map_err(|error| format!("{}: {error}", path.display()));
        let svg = options.svg.as_ref().map(create).transpose()?;
        Ok(Self { source, survey, layout, svg })
    }
}

fn run(options: &Options, input: &Input) -> Checked<()> {
    let Input { source, survey, layout, svg } = input;
    let mut random = Random::new(options.seed);
    let mut stats = Stats::default();

    let (common_frames, process_frames) = (layout.common_frames(), layout.process_frames().high);
    let allowed = common_frames + options.vcpus * process_frames;
    let machine = machine(allowed);
    let module = module(&machine, random.next());
    let before = machine.arena().pages_in_use();
    let seam = Seam { machine: &machine, module: &module };
    if options.fail > 0.0 {
        module.inner().set_faults(faults(options.fail, random.next()));
    }
    let mut groups = vec![Frames::new(&*machine, common_frames)];
    groups.extend((0..options.vcpus).map(|_| Frames::new(&*machine, process_frames)));

    let common = image(layout, &mut random);
    let (mut built, td_vcpus) = Built::new(seam, &groups, options.vcpus)?;
    let domain = Arc::new(Domain::new(&module));
    let vcpus = Vcpus::new(domain.clone(), paging(GPAW, built.shared_root()));
    built.add_image(layout, &common, &mut stats)?;
    let host = built.finalise(layout, &vcpus)?;

    let process = |vcpu| Process::new(layout, &common, vcpu);
    let runners = td_vcpus.iter().enumerate().map(|(number, vcpu)| {
        Runner::new(&host, vcpus.add_named(vcpu.tdvpr()), process(number), Random::new(random.next()), survey.accesses)
    });
    let mut progress = Progress::new(survey.accesses);
    stats += &replay::play(source, survey, runners.collect(), &mut progress)?;
    progress.end();

    let forest = host.forest();
    if let Some(mut svg) = svg.as_ref() {
        svg.write_all(drawing::svg::draw(&forest, &report::page_states()).as_bytes()).during("the drawing")?;
    }
    let ended = host.tear_down(td_vcpus)?;

    let report = Report {
        options,
        trace: source.to_string(),
        survey,
        stats,
        seamcalls: module.counts(),
        accepts: domain.accepts(),
        forest,
        ended,
        frames: (allowed, groups.iter().map(Frames::count).sum::<Count>()),
        left_over: machine.arena().pages_in_use() - before,
    };
    let _ = write!(stdout(), "{}\n{report}", drawing::text::draw(&report.forest, MOST_ROWS));
    report.check()
}

/// A machine for a guest of so many frames. Blocks are carved into pages, so that it has half as much again, and
/// some for tables.
fn machine(frames: usize) -> Arc<Machine> {
    Arc::new(Machine::new(MEMORY, (frames * 3 / 2 + 4 * PAGES).next_multiple_of(PAGES) * PAGE))
}
