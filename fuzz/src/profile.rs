//! The program's config file.

use std::io::Write;

use crate::config::{Config, Location, Profile};
use crate::vendor::Vendor;

const SETTINGS: [(Vendor, &str, &str); 6] = [
    (Vendor::Keitaro, "keitaro", "tracker"),
    (Vendor::Spots, "spots", "endpoint"),
    (Vendor::Spots, "spots", "login"),
    (Vendor::Hybrid, "hybrid", "client_id"),
    (Vendor::Hybrid, "hybrid", "advertiser"),
    (Vendor::Adfox, "adfox", "login"),
];

/// Arbitrary bytes as a config file: the result equals what toml reads, and no error quotes a
/// secret.
pub fn config(data: &[u8]) {
    let mut file = tempfile::NamedTempFile::new_in("/dev/shm")
        .or_else(|_| tempfile::NamedTempFile::new())
        .unwrap();
    file.write_all(data).unwrap();
    let reference = std::str::from_utf8(data)
        .ok()
        .and_then(|text| text.parse::<toml::Table>().ok());
    let location = Location::find(Some(file.path().to_owned()));
    let config = Config::load(&location);
    match config.and_then(|config| Profile::select(&config, Some("p".to_owned()))) {
        Ok(profile) => {
            let table = reference.expect("read what is not TOML");
            for (vendor, name, setting) in SETTINGS {
                let wanted = table.get("profile").and_then(|all| all.get("p"));
                let wanted = wanted
                    .and_then(|p| p.get(name))
                    .and_then(|vendor| vendor.get(setting));
                let wanted = wanted.map(|value| value.as_str().unwrap().to_owned());
                // An empty setting counts as unset.
                let wanted = wanted.filter(|value| !value.is_empty());
                assert_eq!(profile.plain(vendor, setting, None), wanted);
            }
        }
        Err(error) => {
            let secrets = reference
                .iter()
                .flat_map(|table| table.get("profile")?.get("p")?.as_table());
            for value in secrets
                .flat_map(toml::Table::values)
                .filter_map(toml::Value::as_table)
            {
                let passwords = [
                    "password",
                    "token",
                    "client_secret",
                    "oauth_token",
                    "postback_key",
                ];
                for secret in passwords
                    .iter()
                    .filter_map(|name| value.get(*name)?.as_str())
                {
                    assert!(
                        secret.len() < 8 || !error.message.contains(secret),
                        "{}",
                        error.message
                    );
                }
            }
        }
    }
}
