//! Who may read and change files with settings, secrets and tokens.

use std::path::Path;

/// Whether the file or folder is accessible by other users.
#[cfg(unix)]
pub(crate) fn is_accessible_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

/// Whether the file or folder belongs to another user, the superuser included.
#[cfg(unix)]
pub(crate) fn belongs_to_another_user(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).is_ok_and(|about| about.uid() != me())
}

/// Why another user, other than the superuser, can change what is read from the file at `path`:
/// through the file or through its folder.
#[cfg(unix)]
pub(crate) fn changeable_by_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    const STICKY: u32 = 0o1000;
    let real = std::fs::canonicalize(path).ok();
    let folder = real.as_deref().and_then(Path::parent);
    for (path, is_folder) in [(Some(path), false), (folder, true)] {
        let Some((path, about)) = path.and_then(|path| Some((path, path.metadata().ok()?))) else {
            continue;
        };
        let shown = path.display();
        let what = if is_folder { "its folder " } else { "" };
        if ![0, me()].contains(&about.uid()) {
            return Some(format!("{what}{shown} belongs to another user"));
        }
        // In a sticky folder, such as /tmp, only the owner of a file can replace it.
        let protected = is_folder && about.mode() & STICKY != 0;
        if about.mode() & 0o022 != 0 && !protected {
            return Some(format!(
                "other users can change {what}{shown}: run chmod go-w {shown}"
            ));
        }
    }
    None
}

#[cfg(unix)]
fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether the file or folder is accessible by other users; not checked here.
#[cfg(not(unix))]
pub(crate) fn is_accessible_by_others(_: &Path) -> bool {
    false
}

/// Whether the file or folder belongs to another user; not checked here.
#[cfg(not(unix))]
pub(crate) fn belongs_to_another_user(_: &Path) -> bool {
    false
}

/// Why another user can change what is read from the file; not checked here.
#[cfg(not(unix))]
pub(crate) fn changeable_by_others(_: &Path) -> Option<String> {
    None
}
