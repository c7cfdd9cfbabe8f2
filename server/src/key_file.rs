//! Reading and making the key file.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
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
    Keys::parse(&text).map_err(|error| format!("{shown}: {error}"))
}

/// Makes a key file that only its owner may read.
///
/// # Errors
/// A sentence: there is one already, or it cannot be written.
pub fn create(path: &Path) -> Result<(), String> {
    let shown = path.display();
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
            if error.kind() == ErrorKind::AlreadyExists {
                format!("there is a key file {shown} already, and it is not overwritten")
            } else {
                format!("the key file {shown} cannot be made: {error}")
            }
        })?;
    let written = file.write_all(Keys::generate(&SystemRandomness).as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| format!("the key file {shown} cannot be written: {error}"))
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
