//! Values by row and column, in the order in which they came.

/// A table of numbers.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    rows: Vec<String>,
    columns: Vec<String>,
    values: Vec<(usize, usize, f64)>,
}

impl Cells {
    /// Adds a value.
    pub fn insert(&mut self, row: &str, column: &str, value: f64) {
        let (row, column) = (place(&mut self.rows, row), place(&mut self.columns, column));
        self.values.push((row, column, value));
    }

    /// The value of a cell, if there is one.
    #[must_use]
    pub fn get(&self, row: &str, column: &str) -> Option<f64> {
        let row = self.rows.iter().position(|name| name == row)?;
        let column = self.columns.iter().position(|name| name == column)?;
        self.values.iter().find(|value| (value.0, value.1) == (row, column)).map(|value| value.2)
    }

    /// The names of the rows.
    #[must_use]
    pub fn rows(&self) -> &[String] {
        &self.rows
    }

    /// The names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

fn place(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}
