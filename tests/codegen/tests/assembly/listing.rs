//! One function out of an assembly file, and what can be counted in it.

use std::collections::BTreeMap;
use std::fmt;

/// A function: its instructions, and the labels that it jumps to, numbered in the order of the text.
pub struct Listing {
    name: String,
    lines: Vec<Line>,
}

enum Line {
    Label(String),
    Instruction(String),
}

/// What is known of the paths from one line.
enum Path {
    /// They are being followed.
    Open,
    /// The length of the longest that calls nothing.
    Followed(Option<usize>),
}

impl Listing {
    /// The function `name`, by its mangled symbol.
    ///
    /// # Panics
    /// If the file has no such function.
    pub fn of(assembly: &str, name: &str) -> Self {
        let mangled = format!("{}{name}17h", name.len());
        let mut symbol = assembly
            .lines()
            .filter_map(|line| line.trim().strip_prefix(".globl").map(str::trim))
            .find(|symbol| symbol.contains(&mangled))
            .unwrap_or_else(|| panic!("no function {name} in the assembly"));
        // The compiler gives equal functions one body, and all but one of them another name for it.
        let alias = format!("{symbol} = ");
        if let Some(body) = assembly.lines().find_map(|line| line.strip_prefix(&alias)) {
            symbol = body;
        }
        Self::body(assembly, symbol, name)
    }

    /// All instances of the generic function `name`, in the order of their text.
    pub fn instances(assembly: &str, name: &str) -> Vec<Self> {
        let mangled = format!("{}{name}17h", name.len());
        let labels = assembly.lines().filter_map(|line| line.strip_suffix(':'));
        let symbols = labels.filter(|symbol| symbol.starts_with('_') && symbol.contains(&mangled));
        let mut instances: Vec<Self> = symbols.map(|symbol| Self::body(assembly, symbol, name)).collect();
        instances.sort_by_key(Self::to_string);
        instances
    }

    fn body(assembly: &str, symbol: &str, name: &str) -> Self {
        let begin = format!("{symbol}:");
        let body = assembly.lines().skip_while(|line| *line != begin).skip(1);
        let body = body.take_while(|line| !line.starts_with(".Lfunc_end"));
        let mut listing = Self { name: name.to_owned(), lines: body.filter_map(Line::parse).collect() };
        assert!(!listing.lines.is_empty(), "the function {name} has no body");
        listing.number_labels();
        listing
    }

    fn number_labels(&mut self) {
        let labels: BTreeMap<String, String> = self
            .lines
            .iter()
            .filter_map(|line| match line {
                Line::Label(label) => Some(label.clone()),
                Line::Instruction(_) => None,
            })
            .enumerate()
            .map(|(number, label)| (label, format!(".L{}", number + 1)))
            .collect();
        for line in &mut self.lines {
            match line {
                Line::Label(label) => label.clone_from(&labels[label]),
                Line::Instruction(text) => {
                    if let Some((operation, target)) = text.split_once(' ')
                        && let Some(label) = labels.get(target)
                    {
                        *text = format!("{operation} {label}");
                    }
                }
            }
        }
    }

    /// How many instructions there are.
    pub fn instructions(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line, Line::Instruction(_))).count()
    }

    /// The text without the name.
    pub fn text(&self) -> String {
        self.lines.iter().map(Line::to_string).collect::<Vec<_>>().join("\n")
    }

    /// How many instructions the longest path from the start to a return has, among those that call nothing: what
    /// is called is out of line because it is rare.
    ///
    /// # Panics
    /// If there is a loop, or no such path.
    pub fn longest_path(&self) -> usize {
        self.heaviest_path(|_| 1)
    }

    /// How many instructions lock the bus on a path that calls nothing: those with the prefix, and exchanges with memory,
    /// which lock without it.
    pub fn locked(&self) -> usize {
        self.heaviest_path(|text| {
            usize::from(text.starts_with("lock ") || text.starts_with("xchg ") && text.contains('['))
        })
    }

    fn heaviest_path(&self, weight: impl Fn(&str) -> usize + Copy) -> usize {
        let path = self.path_from(0, weight, &mut BTreeMap::new());
        path.unwrap_or_else(|| panic!("{} calls something on every path", self.name))
    }

    /// Whether something jumps back, as a loop does.
    fn jumps_back(&self) -> bool {
        let mut labels = Vec::new();
        self.lines.iter().any(|line| match line {
            Line::Label(label) => {
                labels.push(label);
                false
            }
            Line::Instruction(text) => text.starts_with('j') && labels.iter().any(|label| text.ends_with(*label)),
        })
    }

    fn path_from(
        &self,
        start: usize,
        weight: impl Fn(&str) -> usize + Copy,
        paths: &mut BTreeMap<usize, Path>,
    ) -> Option<usize> {
        match paths.get(&start) {
            Some(Path::Followed(length)) => return *length,
            Some(Path::Open) => panic!("{} loops", self.name),
            None => {}
        }
        paths.insert(start, Path::Open);
        let (mut length, mut longest) = (0, None);
        for line in &self.lines[start..] {
            let Line::Instruction(text) = line else { continue };
            if called(text).is_some() {
                break;
            }
            length += weight(text);
            let (operation, operand) = text.split_once(' ').unwrap_or((text, ""));
            if operation.starts_with('j') {
                let target = self.lines.iter().position(|line| matches!(line, Line::Label(label) if label == operand));
                let target = target.unwrap_or_else(|| panic!("{} jumps out, to {operand}", self.name));
                longest = longest.max(self.path_from(target, weight, paths).map(|rest| length + rest));
            }
            if operation == "jmp" {
                break;
            }
            if operation == "ret" {
                longest = longest.max(Some(length));
                break;
            }
        }
        paths.insert(start, Path::Followed(longest));
        longest
    }

    /// The names of the functions that it calls.
    pub fn calls(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| match line {
            Line::Instruction(text) => called(text),
            Line::Label(_) => None,
        })
    }
}

/// What an instruction calls, or jumps to as the last thing that its function does.
fn called(instruction: &str) -> Option<&str> {
    let (operation, target) = instruction.split_once(' ')?;
    let target = target.strip_prefix("qword ptr [rip + ").and_then(|rest| rest.split('@').next()).unwrap_or(target);
    let is_call = operation == "call" || operation == "jmp" && !target.starts_with(".L");
    is_call.then_some(target)
}

/// The last name in the path of a mangled symbol, without the hash that changes with everything.
fn last_name(symbol: &str) -> Option<&str> {
    let mut rest = symbol.strip_prefix("_ZN")?;
    let mut last = None;
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (name, behind) = rest[digits..].split_at_checked(rest[..digits].parse().ok()?)?;
        if behind.starts_with('E') {
            return last;
        }
        (last, rest) = (Some(name), behind);
    }
}

impl Line {
    /// A line without comments; `None` for directives.
    fn parse(line: &str) -> Option<Self> {
        let text = line.split('#').next().unwrap_or_default().trim();
        if let Some(label) = text.strip_suffix(':') {
            return label.starts_with(".LBB").then(|| Self::Label(label.to_owned()));
        }
        let directive = text.is_empty() || text.starts_with('.');
        let text = text.replacen('\t', " ", 1);
        let name = called(&text).and_then(last_name);
        let text = name.map_or_else(|| text.clone(), |name| format!("call {name}"));
        (!directive).then_some(Self::Instruction(text))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => write!(f, "{label}:"),
            Self::Instruction(text) => write!(f, "    {text}"),
        }
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "# {} instructions", self.instructions())?;
        if !self.jumps_back() {
            write!(f, ", {} on the longest path", self.longest_path())?;
        }
        writeln!(f)?;
        writeln!(f, "{}:", self.name)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
