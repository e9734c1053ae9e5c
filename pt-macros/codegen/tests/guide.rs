//! The guide to a new variant, `backends/README.md`: what it quotes is what the files hold, and what the compiler says
//! there of a declaration is what it says.

use proc_macro2::TokenStream;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{env, fs};

/// The folder that links of the guide begin at.
fn backends() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../backends")
}

/// A block of code: its language, its text, and the last line before it.
struct Block {
    language: String,
    text: String,
    before: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut lines = page.lines();
    let (mut blocks, mut before) = (Vec::new(), "");
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block { language: language.to_owned(), text: text.join("\n"), before: before.to_owned() });
            before = "";
        } else if !line.is_empty() {
            before = line;
        }
    }
    blocks
}

/// The file that a line such as ``[`pae/src/lib.rs`](pae/src/lib.rs):`` announces.
fn announced(line: &str) -> Option<&str> {
    line.strip_prefix("[`")?.strip_suffix("):")?.split_once("`](").map(|(_, path)| path)
}

/// What the macro says of a declaration, a line each.
fn errors(declaration: &str) -> String {
    let item = TokenStream::from_str(declaration).expect("the declaration has balanced brackets");
    let mut errors = darling::Error::accumulator();
    if let Some(mut module) = pt_codegen::parse::page_tables(TokenStream::new(), item, &mut errors) {
        pt_codegen::check(&mut module, &mut errors);
    }
    let errors = errors.into_inner().into_iter().flat_map(darling::Error::flatten);
    errors.map(|error| format!("error: {error}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn quotes_are_what_the_files_hold() {
    let page = fs::read_to_string(backends().join("README.md")).expect("the guide");
    let quotes: Vec<_> =
        blocks(&page).into_iter().filter_map(|block| Some((announced(&block.before)?.to_owned(), block))).collect();
    assert!(quotes.len() > 5, "the guide quotes {} files", quotes.len());
    for (path, block) in quotes {
        let file = fs::read_to_string(backends().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(file.contains(&block.text), "{path} does not hold this any more:\n{}", block.text);
    }
}

/// `BLESS=1` writes the answers anew.
#[test]
fn answers_are_what_the_macro_says() {
    let path = backends().join("README.md");
    let mut page = fs::read_to_string(&path).expect("the guide");
    let blocks = blocks(&page);
    let answered = |pair: &&[Block]| pair[0].text.starts_with("pub mod") && pair[1].language == "text";
    let answers: Vec<_> = blocks.windows(2).filter(answered).collect();
    assert!(answers.len() > 1, "the guide shows {} answers", answers.len());
    let bless = env::var_os("BLESS").is_some();
    for pair in answers {
        let (declaration, quoted, says) = (&pair[0].text, &pair[1].text, errors(&pair[0].text));
        assert!(bless || *quoted == says, "of the declaration\n{declaration}\nthe macro says\n{says}");
        let shown = |answer: &str| format!("{declaration}\n```\n\n```text\n{answer}\n```");
        page = page.replace(&shown(quoted), &shown(&says));
    }
    if bless {
        fs::write(path, page).expect("the guide is written");
    }
}
