//! A twin differs from its case in one token, so that the error is there for the stated reason.

use crate::case::{Case, read};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::path::Path;

/// What is wrong with the twin of a case.
pub(crate) fn complaint(case: &Case) -> Option<String> {
    let twin = case.twin();
    if !twin.exists() {
        return Some(format!("{} has no twin {}", case.path.display(), twin.display()));
    }
    let (fails, passes) = match (tokens(&case.path), tokens(&twin)) {
        (Ok(fails), Ok(passes)) => (fails, passes),
        (Err(error), _) | (_, Err(error)) => return Some(error),
    };
    let (removed, added) = difference(&fails, &passes);
    (removed.len().max(added.len()) != 1)
        .then(|| format!("{}: {removed:?} against {added:?} in the twin", case.path.display()))
}

/// What lies between the common beginning and the common end.
fn difference<'a>(left: &'a [String], right: &'a [String]) -> (&'a [String], &'a [String]) {
    let same = |(a, b): &(&String, &String)| a == b;
    let before = left.iter().zip(right).take_while(same).count();
    let shorter = left.len().min(right.len());
    let after = left.iter().rev().zip(right.iter().rev()).take_while(same).count().min(shorter - before);
    (&left[before..left.len() - after], &right[before..right.len() - after])
}

/// The tokens of a file, delimiters among them; its own documentation left out.
fn tokens(path: &Path) -> Result<Vec<String>, String> {
    let text = read(path);
    let code: String = text.lines().filter(|line| !line.starts_with("//!")).collect::<Vec<_>>().join("\n");
    let stream = code.parse().map_err(|error| format!("{}: {error}", path.display()))?;
    let mut flat = Vec::new();
    flatten(stream, &mut flat);
    Ok(flat)
}

fn flatten(stream: TokenStream, flat: &mut Vec<String>) {
    for tree in stream {
        let TokenTree::Group(group) = tree else {
            flat.push(tree.to_string());
            continue;
        };
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        flat.push(open.to_owned());
        flatten(group.stream(), flat);
        flat.push(close.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_what_is_not_common() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (left, right) = (words("a b c"), words("a x c"));
        assert_eq!(difference(&left, &right), (&words("b")[..], &words("x")[..]));
        let (left, right) = (words("a b b"), words("a b"));
        assert_eq!(difference(&left, &right), (&words("b")[..], &[][..]));
    }
}
