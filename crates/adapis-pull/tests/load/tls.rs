//! Encrypted connections: the certificate is checked, whatever `sslmode` says.

use std::path::Path;
use std::process::Command;

use adapis_pull::{LoadErrorKind, LoadOptions, LocalStore, Postgres};

use crate::cluster::{Cluster, PASSWORD_IN_URL};
use crate::files::write_month;
use crate::support::folder;

/// Makes a certificate for `localhost`.
fn certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join("server.key"))
        .arg("-out")
        .arg(folder.join("server.crt"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.join("server.key"), private).unwrap();
    }
}

#[tokio::test]
async fn a_server_must_prove_its_name() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: openssl is not installed");
        return;
    }
    let authorities = folder();
    let path = authorities.path().join("ca.pem");
    let keep = path.clone();
    let prepare = move |data: &Path| {
        certificate(data);
        std::fs::copy(data.join("server.crt"), &keep).unwrap();
    };
    let Some(cluster) = Cluster::start_with(&["ssl=on"], prepare).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    write_month(&store, "a", "2025-12-01", 1);
    let target = |host: &str| {
        let (port, options) = (cluster.port, "sslmode=verify-full");
        Postgres::from_url(&format!(
            "postgres://loader:{PASSWORD_IN_URL}@{host}:{port}/postgres?{options}"
        ))
        .unwrap()
    };
    let own = std::fs::read(&path).unwrap();
    let summary = target("localhost")
        .root_certificates(own.clone())
        .load(&store, &LoadOptions::default())
        .await;
    assert_eq!(summary.unwrap().rows(), 28);
    // Another name, and authorities that do not know the server.
    for target in [
        target("127.0.0.1").root_certificates(own),
        target("localhost"),
    ] {
        let error = target
            .load(&store, &LoadOptions::default())
            .await
            .unwrap_err();
        assert_eq!(error.kind, LoadErrorKind::Connection);
        assert!(error.message.contains("certificate"), "{error}");
    }
}
