//! Reading and making the key file.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use vestibule_core::keys::Keys;
use vestibule_core::random::SystemRandomness;
use zeroize::Zeroizing;

/// Reads the key file.
///
/// # Errors
/// A sentence: it is missing (and how to make one), others may read it, or its keys are weak.
pub fn read(path: &Path) -> Result<Keys, String> {
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(format!(
                "there is no key file {shown}. Make one with `vestibule key new --keys {shown}`"
            ));
        }
        Err(error) => return Err(format!("the key file {shown} cannot be read: {error}")),
    };
    let mode = std::fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(format!("others may read the key file {shown}. Protect it with `chmod 600 {shown}`"));
    }
    let keys = Keys::parse(&text).map_err(|error| format!("{shown}: {error}"))?;
    let path = path.to_owned();
    Ok(keys.reread_from(move || read(&path)))
}

/// Adds a new sealing key to the file, which is whole at each moment. Gives its id.
///
/// # Errors
/// A sentence: it cannot be read or written.
pub fn add_sealing_key(path: &Path) -> Result<i64, String> {
    let shown = path.display();
    let id = read(path)?.newest() + 1;
    // Through a link: the file that the server reads, not the link, is replaced.
    let path = &path.canonicalize().map_err(|error| format!("{shown}: {error}"))?;
    let unwritten = |error: std::io::Error| format!("the key file {shown} cannot be written: {error}");
    let mut text = Zeroizing::new(std::fs::read_to_string(path).map_err(unwritten)?);
    text.push_str(&Keys::generate_sealing(&SystemRandomness, id));
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(unwritten)?;
    let written = new.write_all(text.as_bytes()).and_then(|()| {
        // Root may rotate for a server that runs as somebody else.
        let owner = std::fs::metadata(path)?;
        std::os::unix::fs::fchown(new.as_file(), Some(owner.uid()), Some(owner.gid()))?;
        new.as_file().sync_all()
    });
    written.map_err(unwritten)?;
    new.persist(path).map_err(|error| unwritten(error.error))?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(unwritten)?;
    Ok(id)
}

/// Writes a new file that only its owner may read.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all())
}

/// Makes a key file that only its owner may read.
///
/// # Errors
/// A sentence: there is one already, or it cannot be written.
pub fn create(path: &Path) -> Result<(), String> {
    let shown = path.display();
    write_private(path, Keys::generate(&SystemRandomness).as_bytes()).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            format!("there is a key file {shown} already, and it is not overwritten")
        } else {
            format!("the key file {shown} cannot be made: {error}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_file_is_readable_by_its_owner_only_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vestibule.keys");
        create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(read(&path).is_ok());
        assert!(create(&path).unwrap_err().contains("not overwritten"));
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vestibule.keys");
        create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read(&path).unwrap_err().contains("chmod 600"));
    }

    #[test]
    fn a_missing_key_file_says_how_to_make_one() {
        let error = read(Path::new("/nowhere/vestibule.keys")).unwrap_err();
        assert!(error.contains("vestibule key new --keys /nowhere/vestibule.keys"), "{error}");
    }
}
