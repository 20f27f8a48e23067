//! Which store a root is, and how it is reached.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{BackoffConfig, ObjectStore, RetryConfig};

use super::super::StoreError;
use super::super::partition::check_segment;
use super::http::Connector;

/// The address of a root, such as `s3://bucket/prefix`.
#[derive(Debug, Clone)]
pub(super) struct Address {
    scheme: Scheme,
    container: String,
    /// Empty, or segments without a slash at either end.
    pub(super) prefix: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    S3,
    Gs,
    Az,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gs => "gs",
            Self::Az => "az",
        }
    }

    /// What the settings begin with that the store's own tools read.
    fn settings(self) -> &'static str {
        match self {
            Self::S3 => "AWS_",
            Self::Gs => "GOOGLE_",
            Self::Az => "AZURE_",
        }
    }
}

impl Address {
    pub(super) fn parse(root: &str) -> Result<Self, StoreError> {
        let refuse = |reason: &str| StoreError::Address {
            root: without_secrets(root).to_owned(),
            reason: reason.to_owned(),
        };
        let (scheme, rest) = root
            .split_once("://")
            .ok_or_else(|| refuse("it has no scheme; write s3://bucket/prefix"))?;
        let scheme = match scheme {
            "s3" => Scheme::S3,
            "gs" => Scheme::Gs,
            "az" => Scheme::Az,
            _ => return Err(refuse("the schemes are s3://, gs:// and az://")),
        };
        if rest.contains(['?', '#', '@']) {
            return Err(refuse(
                "credentials and options do not belong in it; set them in the environment",
            ));
        }
        let rest = rest.trim_end_matches('/');
        let (container, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if container.is_empty() {
            return Err(refuse("it has no bucket; write s3://bucket/prefix"));
        }
        for segment in prefix.split('/').filter(|_| !prefix.is_empty()) {
            check_segment("a part of the root", segment)?;
        }
        Ok(Self {
            scheme,
            container: container.to_owned(),
            prefix: prefix.to_owned(),
        })
    }

    /// Shows a path below the root, with the root.
    pub(super) fn show(&self, path: &str) -> String {
        let (scheme, container) = (self.scheme.name(), &self.container);
        let mut shown = format!("{scheme}://{container}");
        for part in [self.prefix.as_str(), path] {
            if !part.is_empty() {
                shown.push('/');
                shown.push_str(part);
            }
        }
        shown
    }

    /// Opens the store with settings that are named like the variables of the environment. Others are left alone.
    pub(super) fn open(
        &self,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Arc<dyn ObjectStore>, StoreError> {
        let prefix = self.scheme.settings();
        let settings = settings
            .into_iter()
            .filter(|(name, _)| name.starts_with(prefix) || name == "IDENTITY_ENDPOINT")
            .map(|(name, value)| (name.to_ascii_lowercase(), value));
        let connector = Connector::new().map_err(|error| self.refuse(&error.to_string()))?;
        let opened = match self.scheme {
            Scheme::S3 => self.open_s3(settings, connector)?,
            Scheme::Gs => self.open_gs(settings, connector)?,
            Scheme::Az => self.open_az(settings, connector)?,
        };
        // The errors of the builders quote values.
        opened.map_err(|_| {
            self.refuse(&format!(
                "the settings {prefix}… of the environment are incomplete or not valid; set the account, the credentials \
                 and the region as the store's own tools expect them"
            ))
        })
    }

    fn open_s3(
        &self,
        settings: impl Iterator<Item = (String, String)>,
        connector: Connector,
    ) -> Result<Opened, StoreError> {
        let mut builder = AmazonS3Builder::new();
        for (name, value) in settings {
            if let Ok(key) = name.parse() {
                builder = builder.with_config(key, value);
            }
        }
        for key in [AmazonS3ConfigKey::Endpoint, AmazonS3ConfigKey::S3Endpoint] {
            self.check_endpoint(builder.get_config_value(&key))?;
        }
        let opened = builder
            .with_bucket_name(&self.container)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_retry(retry())
            .with_http_connector(connector)
            .build();
        Ok(opened.map(|store| Arc::new(store) as Arc<dyn ObjectStore>))
    }

    fn open_gs(
        &self,
        settings: impl Iterator<Item = (String, String)>,
        connector: Connector,
    ) -> Result<Opened, StoreError> {
        let mut builder = GoogleCloudStorageBuilder::new();
        for (name, value) in settings {
            if let Ok(key) = name.parse() {
                builder = builder.with_config(key, value);
            }
        }
        self.check_endpoint(builder.get_config_value(&GoogleConfigKey::BaseUrl))?;
        let opened = builder
            .with_bucket_name(&self.container)
            .with_retry(retry())
            .with_http_connector(connector)
            .build();
        Ok(opened.map(|store| Arc::new(store) as Arc<dyn ObjectStore>))
    }

    fn open_az(
        &self,
        settings: impl Iterator<Item = (String, String)>,
        connector: Connector,
    ) -> Result<Opened, StoreError> {
        let mut builder = MicrosoftAzureBuilder::new();
        for (name, value) in settings {
            // The one variable of Azure's tools that does not begin with AZURE_.
            if name == "identity_endpoint" {
                builder = builder.with_msi_endpoint(value);
            } else if let Ok(key) = name.parse() {
                builder = builder.with_config(key, value);
            }
        }
        self.check_endpoint(builder.get_config_value(&AzureConfigKey::Endpoint))?;
        let opened = builder
            .with_container_name(&self.container)
            .with_retry(retry())
            .with_http_connector(connector)
            .build();
        Ok(opened.map(|store| Arc::new(store) as Arc<dyn ObjectStore>))
    }

    fn check_endpoint(&self, endpoint: Option<String>) -> Result<(), StoreError> {
        let Some(endpoint) = endpoint else {
            return Ok(());
        };
        // The same rule as for the vendors: https, and http to loopback only.
        adcore::Endpoint::parse(&endpoint).map(drop).map_err(|_| {
            self.refuse(
                "the endpoint in the environment is not an https:// URL, and http:// is for this machine only \
                 (127.0.0.1, localhost)",
            )
        })
    }

    fn refuse(&self, reason: &str) -> StoreError {
        StoreError::Address {
            root: self.show(""),
            reason: reason.to_owned(),
        }
    }
}

type Opened = object_store::Result<Arc<dyn ObjectStore>>;

/// Someone may have written credentials into a root; then only its scheme is shown.
fn without_secrets(root: &str) -> &str {
    if !root.contains(['?', '#', '@']) {
        return root;
    }
    let (scheme, _) = root.split_once("://").unwrap_or_default();
    scheme
}

/// Retries a few times quickly, so that a store that is down is an error within half a minute.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(5),
            base: 2.0,
        },
        max_retries: 4,
        retry_timeout: Duration::from_secs(30),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_a_bucket_and_a_prefix() {
        let address = Address::parse("s3://bucket/a/b/").unwrap();
        assert_eq!(address.prefix, "a/b");
        assert_eq!(address.show("x/y"), "s3://bucket/a/b/x/y");
        assert_eq!(
            Address::parse("az://container").unwrap().show(""),
            "az://container"
        );
        for root in ["s3://", "ftp://x/y", "s3://b/../c", "s3://b//c", "s3:b"] {
            assert!(Address::parse(root).is_err(), "{root}");
        }
    }

    #[test]
    fn credentials_in_a_root_are_refused_and_not_quoted() {
        for root in ["s3://key:CANARY@b", "az://c/p?sig=CANARY", "gs://b#CANARY"] {
            let error = Address::parse(root).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(
                text.contains("environment") && !text.contains("CANARY"),
                "{text}"
            );
        }
    }

    #[test]
    fn settings_that_do_not_fit_are_not_quoted() {
        let open = |root: &str, settings: &[(&str, &str)]| {
            let settings = settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let opened = Address::parse(root).unwrap().open(settings);
            opened.map(drop).unwrap_err().to_string()
        };
        let text = open(
            "az://c",
            &[
                ("AZURE_STORAGE_ACCOUNT_NAME", "a"),
                ("AZURE_STORAGE_ACCOUNT_KEY", "CANARY!"),
            ],
        );
        assert!(
            text.contains("AZURE_") && !text.contains("CANARY"),
            "{text}"
        );
        let text = open(
            "s3://b",
            &[("AWS_ENDPOINT_URL", "http://u:CANARY@10.0.0.1:9000")],
        );
        assert!(
            text.contains("this machine only") && !text.contains("CANARY"),
            "{text}"
        );
    }
}
