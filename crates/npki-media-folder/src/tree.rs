use std::ffi::{OsStr, OsString};

use npki_media::EntryId;

use crate::dir::{Dir, Item, ItemKind};
use crate::failed::{Failed, Result};
use crate::layout::{self, USER};
use crate::transaction;

/// A folder of entries: `NPKI/<ca>/<user>`.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) ca: OsString,
    pub(crate) user: OsString,
    /// Whether ids must name `user`, because it is not the only one of the CA.
    named: bool,
}

/// Where an entry is.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) id: EntryId,
    pub(crate) shelf: Shelf,
    pub(crate) name: OsString,
    /// The names that lead from the shelf to its folder.
    way: Vec<OsString>,
    pub(crate) kind: ItemKind,
}

/// What cannot be looked into.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) ca: OsString,
    pub(crate) id: EntryId,
    pub(crate) why: Failed,
}

impl Shelf {
    pub(crate) fn new(ca: OsString, user: OsString) -> Self {
        let named = false;
        Self { ca, user, named }
    }

    pub(crate) fn open(&self, root: &Dir) -> Result<Dir> {
        root.folder(&self.ca)?.folder(&self.user)
    }

    pub(crate) fn id_of(&self, name: &OsStr) -> EntryId {
        let user = self.named.then_some(self.user.as_os_str());
        layout::entry_id(&self.ca, user, name)
    }

    /// Transactions that were left behind here.
    pub(crate) fn left_behind(&self, root: &Dir) -> Result<Vec<OsString>> {
        Ok(self
            .open(root)?
            .items()?
            .into_iter()
            .filter(|item| item.kind == ItemKind::Folder)
            .filter(|item| transaction::Kind::of(&item.name).is_some())
            .map(|item| item.name)
            .collect())
    }

    /// The entries here, those that an interrupted command left out of their place as well.
    pub(crate) fn spots(&self, root: &Dir) -> Result<Vec<Spot>> {
        let user = self.open(root)?;
        let mut spots = Vec::new();
        for item in user.items()? {
            if transaction::Kind::of(&item.name).is_some() {
                self.push_stranded(&user, &item.name, &mut spots);
            } else if !layout::is_hidden(&item.name) && self.is_entry(&user, &item) {
                let way = vec![item.name.clone()];
                spots.push(self.spot(item.name, way, item.kind));
            }
        }
        Ok(spots)
    }

    fn spot(&self, name: OsString, way: Vec<OsString>, kind: ItemKind) -> Spot {
        Spot {
            id: self.id_of(&name),
            shelf: self.clone(),
            name,
            way,
            kind,
        }
    }

    /// Folders without any of the four files are no entries; a link may be one, which nobody follows.
    fn is_entry(&self, user: &Dir, item: &Item) -> bool {
        match item.kind {
            ItemKind::Folder => match user.folder(&item.name).and_then(|folder| folder.items()) {
                Ok(items) => layout::is_entry(&items),
                // It will say why when it is read.
                Err(failed) => !failed.is_not_found(),
            },
            ItemKind::Link => true,
            ItemKind::File | ItemKind::Other => false,
        }
    }

    fn push_stranded(&self, user: &Dir, passing: &OsStr, spots: &mut Vec<Spot>) {
        let holders = user.folder(passing).and_then(|folder| {
            let items = folder.items()?;
            Ok((folder, items))
        });
        // What cannot be looked into here is put right, or said, by the next command that writes.
        let Ok((folder, items)) = holders else { return };
        for name in layout::folders(&items) {
            let from = folder
                .folder(name)
                .and_then(|holder| transaction::stranded(user, passing, name, &holder));
            if let Ok(Some(from)) = from {
                let way = vec![passing.to_owned(), name.clone(), from.into()];
                spots.push(self.spot(name.clone(), way, ItemKind::Folder));
            }
        }
    }
}

impl Spot {
    /// Opens its folder.
    pub(crate) fn open(&self, root: &Dir) -> Result<Dir> {
        let shelf = self.shelf.open(root)?;
        self.way
            .iter()
            .try_fold(shelf, |folder, name| folder.folder(name))
    }

    /// Its place, for a person to read.
    pub(crate) fn place(&self, root: &Dir) -> String {
        let mut path = root.path().join(&self.shelf.ca).join(&self.shelf.user);
        path.push(&self.name);
        path.display().to_string()
    }
}

/// All shelves, and what cannot be looked into.
pub(crate) fn shelves(root: &Dir) -> Result<(Vec<Shelf>, Vec<Closed>)> {
    let mut shelves = Vec::new();
    let mut closed = Vec::new();
    let items = root.items()?;
    for ca in layout::folders(&items) {
        match users(root, ca) {
            Ok(users) => shelves.extend(users),
            Err(failed) if failed.is_not_found() => {}
            Err(why) => closed.push(Closed {
                ca: ca.clone(),
                id: layout::entry_id(ca, None, OsStr::new("")),
                why,
            }),
        }
    }
    Ok((shelves, closed))
}

/// The folders called USER in this CA's, the one that is written into first.
fn users(root: &Dir, ca: &OsStr) -> Result<Vec<Shelf>> {
    let items = root.folder(ca)?.items()?;
    let mut users: Vec<&OsString> = layout::folders(&items)
        .filter(|name| layout::same_name(name, OsStr::new(USER)))
        .collect();
    users.sort_by_key(|name| *name != USER);
    let shelf = |(index, user): (usize, &&OsString)| Shelf {
        named: index > 0,
        ..Shelf::new(ca.to_owned(), (*user).clone())
    };
    Ok(users.iter().enumerate().map(shelf).collect())
}

/// All entries, and what cannot be looked into.
pub(crate) fn spots(root: &Dir) -> Result<(Vec<Spot>, Vec<Closed>)> {
    let (shelves, mut closed) = shelves(root)?;
    let mut spots = Vec::new();
    for shelf in shelves {
        match shelf.spots(root) {
            Ok(found) => spots.extend(found),
            Err(failed) if failed.is_not_found() => {}
            Err(why) => closed.push(Closed {
                ca: shelf.ca.clone(),
                id: shelf.id_of(OsStr::new("")),
                why,
            }),
        }
    }
    Ok((spots, closed))
}
