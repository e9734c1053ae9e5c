//! Names that stand for nothing, and what may have been meant.

/// `what` with this name does not exist; it may be a slip of one of `known`.
#[must_use]
pub fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match (nearest(name, known), known) {
        (Some(near), _) => format!("unknown {what} `{name}`: did you mean `{near}`?"),
        (None, []) => format!("unknown {what} `{name}`: there is none here"),
        (None, [only]) => format!("unknown {what} `{name}`: there is only `{only}`"),
        (None, known) => format!("unknown {what} `{name}`: it is one of `{}`", known.join("`, `")),
    }
}

/// The name that differs from `name` in the fewest letters, if those are few.
#[must_use]
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |other: &str| edits(name, other);
    let near = known.iter().min_by_key(|known| distance(known))?;
    (distance(near) <= 1 + name.len().min(near.len()) / 3).then_some(*near)
}

/// The number of letters to insert, delete or replace between two words.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
