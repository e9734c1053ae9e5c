//! The table of budgets: a row of `budgets.md` is a workload, the goal, and a budget for each design.

/// The designs, in the order of the columns.
pub const DESIGNS: [&str; 2] = ["x86-64", "EPT"];

/// One row.
pub struct Row {
    pub workload: String,
    pub goal: String,
    /// For each of [`DESIGNS`], if it is measured there.
    pub budgets: [Option<f64>; DESIGNS.len()],
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> =
            line.strip_prefix('|')?.trim_end().strip_suffix('|')?.split('|').map(str::trim).collect();
        let &[workload, goal, first, second] = cells.as_slice() else { return None };
        let budgets = [first, second].map(|cell| cell.parse().ok());
        let row = Self { workload: workload.to_owned(), goal: goal.to_owned(), budgets };
        row.budgets.iter().any(Option::is_some).then_some(row)
    }

    pub fn budget(&self, design: &str) -> Option<f64> {
        DESIGNS.iter().zip(self.budgets).find_map(|(name, budget)| budget.filter(|_| *name == design))
    }
}

/// The rows of the table.
pub fn rows(text: &str) -> Vec<Row> {
    text.lines().filter_map(Row::parse).collect()
}

/// The text with the counts as budgets, rounded up to a tenth.
pub fn blessed(text: &str, count: impl Fn(&str, &str) -> Option<f64>) -> String {
    let line = |line: &str| {
        let Some(row) = Row::parse(line) else { return format!("{line}\n") };
        let budgets = DESIGNS.map(|design| {
            count(design, &row.workload).map_or("-".to_owned(), |count| format!("{:.1}", (count * 10.0).ceil() / 10.0))
        });
        format!("| {} | {} | {} |\n", row.workload, row.goal, budgets.join(" | "))
    };
    text.lines().map(line).collect()
}
