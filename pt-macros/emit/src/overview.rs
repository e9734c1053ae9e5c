//! What the documentation of a declaration's module begins with, in tables: its levels, the shapes of its address
//! space, and its tables.

use super::Context;
use super::geometry::{fixed_width, split_bit};
use super::levels::size;
use proc_macro2::Ident;
use pt_model::{Extension, Geometry, Head, Kind, Level, Levels, Root, Space, Table, Visibility, Width};
use std::fmt::Write as _;

/// The tables, in Markdown. Nothing for a module of registers.
pub(super) fn draw(context: Context<'_>, module: &Ident) -> String {
    let links = Links { module };
    let levels = context.module.levels.as_ref();
    let parts = [
        levels.map(|levels| draw_levels(links, levels)),
        context.module.geometry.as_ref().map(|geometry| draw_shapes(context, links, geometry)),
        (!context.module.tables.is_empty()).then(|| draw_tables(context, links)),
        context.module.config.as_ref().map(|config| format!("What is optional: {}.", links.head(&config.head))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// Links to items of the module. The documentation of a module is read outside of it.
#[derive(Copy, Clone)]
struct Links<'m> {
    module: &'m Ident,
}

impl Links<'_> {
    /// A link to an item, unless the documentation does not show it.
    fn to(self, vis: &Visibility, name: &Ident) -> String {
        if vis.is_public { format!("[`{name}`]({}::{name})", self.module) } else { format!("`{name}`") }
    }

    fn head(self, head: &Head) -> String {
        self.to(&head.vis, &head.ident)
    }
}

fn draw_levels(links: Links<'_>, levels: &Levels) -> String {
    let mut text = String::from("| level | address bits | entries | an entry |\n|---|---|---|---|");
    for level in &levels.levels {
        let (name, index) = (links.to(&levels.head.vis, &level.ident), &level.index);
        let entries = 1_u64.checked_shl(index.width()).unwrap_or(0);
        let _ = write!(text, "\n| {name} | {}:{} | {entries} | {} |", index.high, index.low, entry(level));
    }
    text
}

/// What an entry of a level does.
fn entry(level: &Level) -> String {
    let leaf = level.leaf.map(|_| {
        let condition = level.leaf_if.as_ref().map_or_else(String::new, |condition| format!(" if `{condition}`"));
        format!("maps {}{condition}", size(level.index.low))
    });
    let table = level.table.map(|_| String::from("points to a table"));
    let does: Vec<_> = leaf.into_iter().chain(table).collect();
    if does.is_empty() { String::from("is absent") } else { does.join(", or ") }
}

fn draw_shapes(context: Context<'_>, links: Links<'_>, geometry: &Geometry) -> String {
    let split = geometry.is_split();
    let side_by_side = geometry.roots.iter().any(|root| root.tables.is_some());
    let mut text = format!("| {} | input addresses | root |", links.head(&geometry.head));
    text.push_str(if split { " shared if |" } else { "" });
    text.push_str(if side_by_side { " tables of the root |" } else { "" });
    text.push_str("\n|---|---|---|");
    text.push_str(&"---|".repeat(usize::from(split) + usize::from(side_by_side)));
    for root in &geometry.roots {
        let level = context
            .module
            .levels
            .as_ref()
            .map_or_else(|| format!("`{}`", root.level), |levels| links.to(&levels.head.vis, &root.level));
        let _ = write!(text, "\n| `{}` | {} | {level} |", root.ident, addresses(context, geometry, root));
        if split {
            let shared = root.split.as_ref().map(|split| format!("{} is {}", split_bit(split), *split.shared));
            let _ = write!(text, " {} |", shared.unwrap_or_default());
        }
        if side_by_side {
            let (low, high) = root.tables.map_or((1, 1), |range| (range.low, range.high));
            let count = if low == high { low.to_string() } else { format!("{low} to {high}") };
            let _ = write!(text, " {count} |");
        }
    }
    text
}

/// How wide an input address is, and what is above.
fn addresses(context: Context<'_>, geometry: &Geometry, root: &Root) -> String {
    let width = match (&root.width, fixed_width(context, root)) {
        (Some(Width::Runtime(range)), _) => format!("{} to {} bits", range.low, range.high),
        (_, Some(width)) => format!("{width} bits"),
        (_, None) => String::from("64 bits"),
    };
    let above = match geometry.extension {
        Extension::Zero => "zero-extended",
        Extension::Sign => "sign-extended",
        Extension::Halves => "in two halves, extended by zeroes and by ones",
    };
    format!("{width}, {above}")
}

fn draw_tables(context: Context<'_>, links: Links<'_>) -> String {
    let mut text = String::from("| table | translates | entries | flushed by |\n|---|---|---|---|");
    for table in &context.module.tables {
        let entries: Vec<_> = table
            .entries
            .iter()
            .map(|name| {
                context.module.format(name).map_or_else(|| format!("`{name}`"), |format| links.head(&format.head))
            })
            .collect();
        let _ = write!(
            text,
            "\n| {} | {} | {} | {} |",
            links.head(&table.head),
            translates(table),
            entries.join(", "),
            stage(table)
        );
    }
    text
}

/// Which addresses a table is about.
fn translates(table: &Table) -> &'static str {
    match (table.kind, table.space.map(|space| *space)) {
        (Kind::Inverse, _) => "nothing: it is indexed by frame",
        (_, Some(Space::Virtual)) => "virtual addresses",
        (_, Some(Space::Guest)) => "guest-physical addresses",
        (_, Some(Space::Shared)) => "shared guest-physical addresses",
        (_, Some(Space::Private | Space::Protected)) => "private guest-physical addresses",
        (_, None) => "",
    }
}

/// The stage that stale translations of a table belong to.
fn stage(table: &Table) -> String {
    let stage = table.flush.as_ref().and_then(|path| path.segments.last());
    stage.map_or_else(|| String::from("-"), |stage| format!("`{}`", stage.ident))
}
