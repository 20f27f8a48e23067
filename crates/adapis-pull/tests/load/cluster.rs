//! A PostgreSQL server of a test's own.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use adapis_pull::Postgres;
use tempfile::TempDir;
use tokio_postgres::NoTls;

pub(crate) const PASSWORD: &str = "pa:ss'w0rd\\of tests";
/// The same in a URL.
pub(crate) const PASSWORD_IN_URL: &str = "pa%3Ass%27w0rd%5Cof%20tests";

/// A cluster in a temporary folder, on a unix socket and a port of the loopback interface.
pub(crate) struct Cluster {
    server: Child,
    folder: TempDir,
    pub(crate) port: u16,
}

/// The newest PostgreSQL of this machine. `ADAPIS_POSTGRES_BIN` names another one.
fn programs() -> Option<PathBuf> {
    if let Ok(folder) = std::env::var("ADAPIS_POSTGRES_BIN") {
        return Some(folder.into());
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter();
    let mut found: Vec<PathBuf> = versions
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// How a program runs that refuses to run as root.
#[derive(Clone, Copy, PartialEq)]
enum User {
    Own,
    /// Root that believes to be someone else: needs no other user who may read the temporary folder and `/dev/null`.
    Mapped,
    Postgres,
}

const MAPPED: [&str; 3] = ["--user", "--map-user=1000", "--map-group=1000"];

fn user() -> User {
    if !is_root() {
        return User::Own;
    }
    let tried = Command::new("unshare").args(MAPPED).arg("true").output();
    if tried.is_ok_and(|output| output.status.success()) {
        User::Mapped
    } else {
        User::Postgres
    }
}

fn command(program: &Path, user: User) -> Command {
    let mut command = match user {
        User::Own => return Command::new(program),
        User::Mapped => {
            let mut command = Command::new("unshare");
            command.args(MAPPED);
            command
        }
        User::Postgres => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
            command
        }
    };
    command.arg(program);
    command
}

impl Cluster {
    /// Starts a server, or says why there is none.
    pub(crate) async fn start(settings: &[&str]) -> Option<Self> {
        Self::start_with(settings, |_| {}).await
    }

    /// Starts a server whose data folder was looked at before.
    pub(crate) async fn start_with(settings: &[&str], prepare: impl Fn(&Path)) -> Option<Self> {
        let Some(bin) = programs() else {
            println!("skipped: PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let user = user();
        let own = |path: &Path| {
            if user == User::Postgres {
                let owned = Command::new("chown")
                    .args(["-R", "postgres:postgres"])
                    .arg(path)
                    .status();
                assert!(owned.unwrap().success());
            }
        };
        let secret = folder.path().join("password");
        writeln!(std::fs::File::create(&secret).unwrap(), "{PASSWORD}").unwrap();
        own(folder.path());
        let data = folder.path().join("data");
        let created = command(&bin.join("initdb"), user)
            .args([
                "--no-sync",
                "--username=loader",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
            .arg(format!("--pwfile={}", secret.display()))
            .arg(format!("--pgdata={}", data.display()))
            .output()
            .unwrap();
        assert!(created.status.success(), "{created:?}");
        prepare(&data);
        own(folder.path());
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut server = command(&bin.join("postgres"), user);
        server
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .args(["-c", &format!("port={port}")]);
        for setting in settings {
            server.args(["-c", setting]);
        }
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let server = server.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut cluster = Self {
            server,
            folder,
            port,
        };
        let begun = Instant::now();
        while tokio_postgres::connect(&cluster.socket_url(), NoTls)
            .await
            .is_err()
        {
            let ended = cluster.server.try_wait().unwrap();
            assert!(
                ended.is_none() && begun.elapsed() < Duration::from_secs(120),
                "{}",
                std::fs::read_to_string(cluster.folder.path().join("log")).unwrap()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(cluster)
    }

    /// A URL that needs no password.
    pub(crate) fn socket_url(&self) -> String {
        let folder = self.folder.path().display();
        format!(
            "host={folder} port={} user=loader dbname=postgres",
            self.port
        )
    }

    /// A URL over TCP.
    pub(crate) fn url(&self) -> String {
        format!(
            "postgres://loader:{PASSWORD_IN_URL}@127.0.0.1:{}/postgres",
            self.port
        )
    }

    pub(crate) fn target(&self) -> Postgres {
        Postgres::from_url(&self.url()).unwrap()
    }

    pub(crate) async fn client(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.socket_url(), NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client
    }

    /// The rows of a query, each column as text.
    pub(crate) async fn rows(&self, query: &str) -> Vec<Vec<Option<String>>> {
        let messages = self.client().await.simple_query(query).await.unwrap();
        let rows = messages.iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        rows.map(|row| {
            let columns = 0..row.len();
            columns
                .map(|column| row.get(column).map(str::to_owned))
                .collect()
        })
        .collect()
    }

    /// The first column of the first row.
    pub(crate) async fn value(&self, query: &str) -> String {
        self.rows(query).await[0][0]
            .clone()
            .unwrap_or_else(|| "null".to_owned())
    }

    pub(crate) async fn execute(&self, statements: &str) {
        self.client().await.batch_execute(statements).await.unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // An immediate shutdown: the server ends its own processes, and nobody needs the data.
        let asked = Command::new("kill")
            .args(["-QUIT", &self.server.id().to_string()])
            .status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}
