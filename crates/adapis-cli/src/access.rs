use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use crate::config::{Source, Vendor};
use crate::context::Context;
use crate::error::CliError;
use crate::tokens::TokenFolder;

/// Where the tracker is and what opens it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub(crate) struct KeitaroAccess {
    /// Root of the tracker, with its port and directory [env: ADAPIS_KEITARO_TRACKER]
    #[arg(long, global = true, value_name = "URL")]
    tracker: Option<String>,
    /// Read the campaign token from a file; or set ADAPIS_KEITARO_TOKEN
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "token_command"
    )]
    token_file: Option<PathBuf>,
    /// Take the campaign token from a command's output
    #[arg(long, global = true, value_name = "COMMAND")]
    token_command: Option<String>,
    /// Read the postback key from a file; or set ADAPIS_KEITARO_POSTBACK_KEY
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "postback_key_command"
    )]
    postback_key_file: Option<PathBuf>,
    /// Take the postback key from a command's output
    #[arg(long, global = true, value_name = "COMMAND")]
    postback_key_command: Option<String>,
}

impl KeitaroAccess {
    /// The tracker's root URL.
    pub(crate) fn tracker(&self, ctx: &Context) -> Result<String, CliError> {
        ctx.profile
            .required(Vendor::Keitaro, "tracker", self.tracker.as_ref())
    }

    /// The token of the campaign.
    pub(crate) fn token(&self, ctx: &Context) -> Result<SecretString, CliError> {
        let flag = Source::of_flags(self.token_file.as_ref(), self.token_command.as_ref());
        ctx.profile.required_secret(Vendor::Keitaro, "token", flag)
    }

    /// The key in the path of postbacks.
    pub(crate) fn postback_key(&self, ctx: &Context) -> Result<SecretString, CliError> {
        let flag = Source::of_flags(
            self.postback_key_file.as_ref(),
            self.postback_key_command.as_ref(),
        );
        ctx.profile
            .required_secret(Vendor::Keitaro, "postback_key", flag)
    }
}

/// Where SPOTS is and who asks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub(crate) struct SpotsAccess {
    /// The JSON-RPC endpoint [env: ADAPIS_SPOTS_ENDPOINT] [default: the vendor's]
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
    /// The publisher's login [env: ADAPIS_SPOTS_LOGIN]
    #[arg(long, global = true)]
    login: Option<String>,
    /// Read the password from a file; or set ADAPIS_SPOTS_PASSWORD
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "password_command"
    )]
    password_file: Option<PathBuf>,
    /// Take the password from a command's output
    #[arg(long, global = true, value_name = "COMMAND")]
    password_command: Option<String>,
    /// Keep access tokens in this folder between runs [env: ADAPIS_SPOTS_TOKEN_FOLDER]
    #[arg(long, global = true, value_name = "FOLDER")]
    token_folder: Option<String>,
}

/// A SPOTS account.
#[derive(Debug)]
pub(crate) struct SpotsAccount {
    pub(crate) endpoint: String,
    pub(crate) login: String,
    pub(crate) password: SecretString,
    pub(crate) tokens: Option<TokenFolder>,
}

impl SpotsAccess {
    pub(crate) fn resolve(&self, ctx: &Context) -> Result<SpotsAccount, CliError> {
        let vendor = Vendor::Spots;
        let flag = Source::of_flags(self.password_file.as_ref(), self.password_command.as_ref());
        Ok(SpotsAccount {
            endpoint: ctx
                .profile
                .plain(vendor, "endpoint", self.endpoint.as_ref())
                .unwrap_or_else(|| "https://adm.spotsnetwork.com/api/v2/".to_owned()),
            login: ctx.profile.required(vendor, "login", self.login.as_ref())?,
            password: ctx.profile.required_secret(vendor, "password", flag)?,
            tokens: token_folder(ctx, vendor, self.token_folder.as_ref())?,
        })
    }
}

/// Where Hybrid is and which OAuth client asks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub(crate) struct HybridAccess {
    /// Root of the REST API [env: ADAPIS_HYBRID_ENDPOINT] [default: the vendor's]
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
    /// The OAuth client [env: ADAPIS_HYBRID_CLIENT_ID]
    #[arg(long, global = true, value_name = "ID")]
    client_id: Option<String>,
    /// Read the client secret from a file; or set ADAPIS_HYBRID_CLIENT_SECRET
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "client_secret_command"
    )]
    client_secret_file: Option<PathBuf>,
    /// Take the client secret from a command's output
    #[arg(long, global = true, value_name = "COMMAND")]
    client_secret_command: Option<String>,
    /// Ask with the token of this advertiser [env: ADAPIS_HYBRID_ADVERTISER]
    #[arg(long, global = true, value_name = "ID")]
    advertiser: Option<String>,
    /// Keep access tokens in this folder between runs [env: ADAPIS_HYBRID_TOKEN_FOLDER]
    #[arg(long, global = true, value_name = "FOLDER")]
    token_folder: Option<String>,
}

/// A Hybrid OAuth client, perhaps on behalf of one advertiser.
#[derive(Debug)]
pub(crate) struct HybridAccount {
    pub(crate) endpoint: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) advertiser: Option<String>,
    pub(crate) tokens: Option<TokenFolder>,
}

impl HybridAccess {
    pub(crate) fn resolve(&self, ctx: &Context) -> Result<HybridAccount, CliError> {
        let vendor = Vendor::Hybrid;
        let flag = Source::of_flags(
            self.client_secret_file.as_ref(),
            self.client_secret_command.as_ref(),
        );
        Ok(HybridAccount {
            endpoint: ctx
                .profile
                .plain(vendor, "endpoint", self.endpoint.as_ref())
                .unwrap_or_else(|| "https://api.hybrid.ru".to_owned()),
            client_id: ctx
                .profile
                .required(vendor, "client_id", self.client_id.as_ref())?,
            client_secret: ctx.profile.required_secret(vendor, "client_secret", flag)?,
            advertiser: ctx
                .profile
                .plain(vendor, "advertiser", self.advertiser.as_ref()),
            tokens: token_folder(ctx, vendor, self.token_folder.as_ref())?,
        })
    }
}

fn token_folder(
    ctx: &Context,
    vendor: Vendor,
    flag: Option<&String>,
) -> Result<Option<TokenFolder>, CliError> {
    ctx.profile
        .plain(vendor, "token_folder", flag)
        .map(|path| TokenFolder::open(&path))
        .transpose()
}

/// Where ADFOX is and who asks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub(crate) struct AdfoxAccess {
    /// URL of API.php [env: ADAPIS_ADFOX_ENDPOINT] [default: the vendor's]
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
    /// The account's login [env: ADAPIS_ADFOX_LOGIN]
    #[arg(long, global = true)]
    login: Option<String>,
    /// Read the password from a file; or set ADAPIS_ADFOX_PASSWORD
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "password_command"
    )]
    password_file: Option<PathBuf>,
    /// Take the password from a command's output
    #[arg(long, global = true, value_name = "COMMAND")]
    password_command: Option<String>,
    /// Ask with an OAuth token from a file; or set ADAPIS_ADFOX_OAUTH_TOKEN
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "oauth_token_command"
    )]
    oauth_token_file: Option<PathBuf>,
    /// Ask with an OAuth token from a command's output
    #[arg(long, global = true, value_name = "COMMAND")]
    oauth_token_command: Option<String>,
}

/// An ADFOX account.
#[derive(Debug)]
pub(crate) struct AdfoxAccount {
    pub(crate) endpoint: String,
    pub(crate) credential: AdfoxCredential,
}

/// How an ADFOX account proves itself; an OAuth token outranks a password.
#[derive(Debug)]
pub(crate) enum AdfoxCredential {
    Password {
        login: String,
        password: SecretString,
    },
    OAuth(SecretString),
}

impl AdfoxAccess {
    pub(crate) fn resolve(&self, ctx: &Context) -> Result<AdfoxAccount, CliError> {
        let vendor = Vendor::Adfox;
        let token = Source::of_flags(
            self.oauth_token_file.as_ref(),
            self.oauth_token_command.as_ref(),
        );
        let credential = match ctx.profile.secret(vendor, "oauth_token", token)? {
            Some(token) => AdfoxCredential::OAuth(token),
            None => {
                let flag =
                    Source::of_flags(self.password_file.as_ref(), self.password_command.as_ref());
                AdfoxCredential::Password {
                    login: ctx.profile.required(vendor, "login", self.login.as_ref())?,
                    password: ctx.profile.required_secret(vendor, "password", flag)?,
                }
            }
        };
        let default = match credential {
            AdfoxCredential::Password { .. } => "https://api.adfox.ru/v1/API.php",
            AdfoxCredential::OAuth(_) => "https://adfox.yandex.ru/api/v1",
        };
        Ok(AdfoxAccount {
            endpoint: ctx
                .profile
                .plain(vendor, "endpoint", self.endpoint.as_ref())
                .unwrap_or_else(|| default.to_owned()),
            credential,
        })
    }
}
