//! The file in which users of PostgreSQL keep passwords: `HOST:PORT:DATABASE:USER:PASSWORD` a line.

use std::path::{Path, PathBuf};

use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Looks for the password of a connection as libpq does.
pub(super) fn find(config: &Config, env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let path = match env("PGPASSFILE") {
        Some(path) => PathBuf::from(path),
        None if cfg!(windows) => Path::new(&env("APPDATA")?).join("postgresql/pgpass.conf"),
        None => Path::new(&env("HOME")?).join(".pgpass"),
    };
    if !is_private(&path) {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    // A line is for one host; the password of the first is used for all.
    let host = match config.get_hosts().first()? {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) if path == Path::new("/var/run/postgresql") => "localhost".to_owned(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let wanted = [
        host.as_str(),
        &port.to_string(),
        config.get_dbname()?,
        config.get_user()?,
    ];
    text.lines().find_map(|line| matching(line, &wanted))
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let Ok(found) = std::fs::metadata(path) else {
        return false;
    };
    let is_private = found.permissions().mode() & 0o077 == 0;
    if !is_private {
        tracing::warn!(
            path = %path.display(),
            "others may read this password file, so it is not used; make it private with chmod 600"
        );
    }
    found.is_file() && is_private
}

#[cfg(not(unix))]
fn is_private(path: &Path) -> bool {
    path.is_file()
}

/// The password of a line whose four fields are the wanted ones or `*`. A backslash escapes a colon or a backslash.
fn matching(line: &str, wanted: &[&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = vec![(String::new(), false)];
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        if c == ':' && fields.len() <= wanted.len() {
            fields.push((String::new(), false));
            continue;
        }
        let (field, is_escaped) = fields.last_mut()?;
        if c == '\\' {
            field.extend(characters.next());
            *is_escaped = true;
        } else {
            field.push(c);
        }
    }
    let (password, _) = (fields.len() == wanted.len() + 1)
        .then(|| fields.pop())
        .flatten()?;
    let all = fields
        .iter()
        .zip(wanted)
        .all(|((field, is_escaped), wanted)| field == wanted || (field == "*" && !is_escaped));
    (all && !password.is_empty()).then_some(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_libpq_reads_it() {
        let wanted = ["db", "5432", "warehouse", "loader"];
        for (line, password) in [
            ("db:5432:warehouse:loader:secret", Some("secret")),
            ("*:*:*:loader:se:cr\\:et\\\\", Some("se:cr:et\\")),
            ("\\*:*:*:loader:secret", None),
            ("#db:5432:warehouse:loader:secret", None),
            ("db:5433:warehouse:loader:secret", None),
            ("db:5432:warehouse:loader", None),
            ("", None),
        ] {
            assert_eq!(matching(line, &wanted).as_deref(), password, "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_not_used() -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("pgpass");
        std::fs::write(&path, "*:*:*:*:secret\n")?;
        let mut config = Config::new();
        config.host("db").dbname("warehouse").user("loader");
        for (mode, found) in [(0o600, Some("secret")), (0o640, None)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode))?;
            let env = |name: &str| (name == "PGPASSFILE").then(|| path.display().to_string());
            assert_eq!(find(&config, &env).as_deref(), found, "{mode:o}");
        }
        Ok(())
    }
}
