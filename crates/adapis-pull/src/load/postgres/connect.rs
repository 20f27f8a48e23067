//! How a server is reached: a URL, and the variables that every client of PostgreSQL knows.

use std::net::IpAddr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::{input, pgpass};
use crate::load::LoadError;

/// How long a server may take to accept a connection, and an unplugged one to be given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes the settings of a connection of a URL and the environment.
pub(super) fn config(url: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, LoadError> {
    let env = |name: &str| env(name).filter(|value| !value.is_empty());
    // The library knows fewer modes than libpq. A certificate is always checked, so that the strict ones are `require`.
    let plain = url
        .replace("sslmode=verify-full", "sslmode=require")
        .replace("sslmode=verify-ca", "sslmode=require");
    let refused = || {
        input(
            "the URL of PostgreSQL cannot be read; write postgres://USER@HOST:PORT/DATABASE?sslmode=require, and \
             %XX for special characters",
        )
    };
    let mut config: Config = plain.parse().map_err(|_| refused())?;
    if config.get_hosts().is_empty() {
        let host = env("PGHOST").ok_or_else(|| {
            input("the URL of PostgreSQL has no host and PGHOST is not set; add a host, or the folder of a socket")
        })?;
        config.host(host);
    }
    // The rest of a password with a slash that was not escaped would be shown as the name of a database.
    let odd = |name: &str| name.contains(['@', '/']);
    let hosts = config.get_hosts();
    if config.get_dbname().is_some_and(odd)
        || hosts
            .iter()
            .any(|host| matches!(host, Host::Tcp(name) if odd(name)))
    {
        return Err(refused());
    }
    if config.get_ports().is_empty()
        && let Some(port) = env("PGPORT")
    {
        let number = port.parse();
        config.port(number.map_err(|_| input(format!("PGPORT is a number, not {port:?}")))?);
    }
    if config.get_user().is_none() {
        let user = env("PGUSER").or_else(|| env("USER")).ok_or_else(|| {
            input("the URL of PostgreSQL has no user and PGUSER is not set; add a user")
        })?;
        config.user(user);
    }
    if config.get_dbname().is_none() {
        let database = env("PGDATABASE").or_else(|| config.get_user().map(str::to_owned));
        config.dbname(database.unwrap_or_default());
    }
    if config.get_password().is_none()
        && let Some(password) = env("PGPASSWORD").or_else(|| pgpass::find(&config, &env))
    {
        config.password(password);
    }
    if config.get_ssl_mode() == SslMode::Prefer && !config.get_hosts().iter().all(is_here) {
        // To prefer TLS means to do without it as soon as anyone in between asks for that.
        config.ssl_mode(SslMode::Require);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    config.keepalives_idle(PATIENCE);
    config.tcp_user_timeout(2 * PATIENCE);
    config.application_name("adapis pull load");
    Ok(config)
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::super::Postgres;
    use super::*;

    fn read(url: &str, env: &[(&str, &str)]) -> Result<Config, LoadError> {
        config(url, &|name| {
            let mut known = env.iter();
            known
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_fills_what_the_url_lacks() {
        let env = [
            ("PGHOST", "/run/postgresql"),
            ("PGUSER", "loader"),
            ("PGPASSWORD", "s3cret"),
        ];
        let config = read("postgres:///warehouse", &env).unwrap();
        assert_eq!(config.get_user(), Some("loader"));
        assert_eq!(config.get_password(), Some(&b"s3cret"[..]));
        assert_eq!(config.get_ssl_mode(), SslMode::Prefer);
        assert_eq!(config.get_hosts(), [Host::Unix("/run/postgresql".into())]);
        let config = read("postgres://me:own@db/warehouse", &env).unwrap();
        assert_eq!(config.get_password(), Some(&b"own"[..]));
    }

    #[test]
    fn another_machine_needs_tls_unless_someone_says_that_it_does_not() {
        for (url, mode) in [
            ("postgres://me@db/x", SslMode::Require),
            ("postgres://me@db/x?sslmode=prefer", SslMode::Require),
            ("postgres://me@db/x?sslmode=verify-full", SslMode::Require),
            ("postgres://me@db/x?sslmode=disable", SslMode::Disable),
            ("postgres://me@127.0.0.1/x", SslMode::Prefer),
            ("postgres://me@127.0.0.1,db/x", SslMode::Require),
        ] {
            assert_eq!(read(url, &[]).unwrap().get_ssl_mode(), mode, "{url}");
        }
    }

    #[test]
    fn nothing_shows_a_password_however_it_is_written() {
        for url in [
            "postgres://me:s3cret/x@db/y",
            "postgres://me:s3cret?s3cret=1@db/y",
            "postgres://me:12/s3cret@db/y",
            "postgres://me:p@s3cret@db/y",
            "s3cret",
            "postgres://me:s3cret@/y",
            "host=db password=s3cret port=s3cret",
            "postgres://me:s3cret@db:s3cret/y",
        ] {
            let text = match read(url, &[]) {
                Err(error) => format!("{error} {error:?}"),
                Ok(config) => {
                    let target = Postgres {
                        config,
                        schema: "public".to_owned(),
                        roots: None,
                    };
                    format!("{target:?}")
                }
            };
            assert!(!text.contains("s3cret"), "{url}: {text}");
        }
    }
}
