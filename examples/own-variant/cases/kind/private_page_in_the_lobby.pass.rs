//! A page that is the guest's alone is mapped in the lobby, where everybody can read.

use pt_core::{Arena, Gpa, Page, Private, Shared, Tree};
use pt_own_variant::{Last, Lobby, MappingFields};

fn show(lobby: &mut Tree<Lobby, Arena>, tables: &Arena, at: Gpa<Shared>, page: Page<Shared, Last>) -> bool {
    lobby.exclusive(tables).map::<Last, _>(at, page, MappingFields::new()).is_ok()
}

fn main() {
    let _ = show;
    let _: Option<(Gpa<Private>, Gpa<Shared>)> = None;
}
