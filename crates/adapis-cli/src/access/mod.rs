//! The account flags of each vendor, and the accounts that they resolve to.

mod secret_flag;

use adapis::{adfox, hybrid, spots};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use crate::accounts::without_userinfo;
use crate::context::Context;
use crate::error::CliError;
use crate::tokens::{TokenFolder, short_digest};
use crate::vendor::Vendor;
use secret_flag::{Secret, SecretFlag};

/// Declares the secrets that [`SecretFlag`] reads.
macro_rules! secrets {
    ($($name:ident: $vendor:ident, $setting:literal, $label:literal;)*) => {$(
        #[derive(Debug, Clone)]
        struct $name;

        impl Secret for $name {
            const VENDOR: Vendor = Vendor::$vendor;
            const SETTING: &'static str = $setting;
            const LABEL: &'static str = $label;
        }
    )*};
}

secrets! {
    KeitaroToken: Keitaro, "token", "campaign token";
    KeitaroPostbackKey: Keitaro, "postback_key", "postback key";
    SpotsPassword: Spots, "password", "password";
    HybridClientSecret: Hybrid, "client_secret", "client secret";
    AdfoxPassword: Adfox, "password", "password";
    AdfoxOAuthToken: Adfox, "oauth_token", "OAuth token";
}

/// Flags for the URL of the tracker and its secrets.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Access")]
pub(crate) struct KeitaroAccess {
    /// Root URL of the tracker, with its port and path [env: ADAPIS_KEITARO_TRACKER]
    #[arg(long, global = true, value_name = "URL")]
    tracker: Option<String>,
    #[command(flatten)]
    token: SecretFlag<KeitaroToken>,
    #[command(flatten)]
    postback_key: SecretFlag<KeitaroPostbackKey>,
}

impl KeitaroAccess {
    /// The root URL of the tracker.
    pub(crate) fn tracker(&self, ctx: &Context) -> Result<String, CliError> {
        ctx.profile
            .required(Vendor::Keitaro, "tracker", self.tracker.as_ref())
    }

    /// The token of the campaign.
    pub(crate) fn token(&self, ctx: &Context) -> Result<SecretString, CliError> {
        self.token.required(ctx)
    }

    /// The key in the path of postbacks.
    pub(crate) fn postback_key(&self, ctx: &Context) -> Result<SecretString, CliError> {
        self.postback_key.required(ctx)
    }
}

/// Flags for a SPOTS account.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Access")]
pub(crate) struct SpotsAccess {
    /// URL of the JSON-RPC endpoint [env: ADAPIS_SPOTS_ENDPOINT] [default: the vendor's]
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
    /// Login of the publisher [env: ADAPIS_SPOTS_LOGIN]
    #[arg(long, global = true)]
    login: Option<String>,
    #[command(flatten)]
    password: SecretFlag<SpotsPassword>,
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
    /// The account, from flags, environment and profile.
    pub(crate) fn resolve(&self, ctx: &Context) -> Result<SpotsAccount, CliError> {
        let vendor = Vendor::Spots;
        Ok(SpotsAccount {
            endpoint: endpoint(ctx, vendor, self.endpoint.as_ref(), spots::ENDPOINT),
            login: ctx.profile.required(vendor, "login", self.login.as_ref())?,
            password: self.password.required(ctx)?,
            tokens: token_folder(ctx, vendor, self.token_folder.as_ref())?,
        })
    }
}

/// Flags for a Hybrid account.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Access")]
pub(crate) struct HybridAccess {
    /// Root URL of the REST API [env: ADAPIS_HYBRID_ENDPOINT] [default: the vendor's]
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
    /// ID of the OAuth client [env: ADAPIS_HYBRID_CLIENT_ID]
    #[arg(long, global = true, value_name = "ID")]
    client_id: Option<String>,
    #[command(flatten)]
    client_secret: SecretFlag<HybridClientSecret>,
    /// Send requests on behalf of this advertiser [env: ADAPIS_HYBRID_ADVERTISER]
    #[arg(long, global = true, value_name = "ID")]
    advertiser: Option<String>,
    /// Whose token the client gets, for version 3.0: agency or advertiser; otherwise that is asked
    /// [env: ADAPIS_HYBRID_TOKEN_KIND]
    #[arg(long, global = true, value_name = "KIND")]
    token_kind: Option<String>,
    /// Keep access tokens in this folder between runs [env: ADAPIS_HYBRID_TOKEN_FOLDER]
    #[arg(long, global = true, value_name = "FOLDER")]
    token_folder: Option<String>,
}

/// A Hybrid OAuth client, optionally on behalf of one advertiser.
#[derive(Debug)]
pub(crate) struct HybridAccount {
    pub(crate) endpoint: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) advertiser: Option<String>,
    pub(crate) token_kind: Option<hybrid::TokenKind>,
    pub(crate) tokens: Option<TokenFolder>,
}

impl HybridAccess {
    /// The account, from flags, environment and profile.
    pub(crate) fn resolve(&self, ctx: &Context) -> Result<HybridAccount, CliError> {
        let vendor = Vendor::Hybrid;
        let advertiser = self.advertiser.as_ref();
        Ok(HybridAccount {
            endpoint: endpoint(ctx, vendor, self.endpoint.as_ref(), hybrid::ENDPOINT),
            client_id: ctx
                .profile
                .required(vendor, "client_id", self.client_id.as_ref())?,
            client_secret: self.client_secret.required(ctx)?,
            advertiser: ctx.profile.plain(vendor, "advertiser", advertiser),
            token_kind: self.token_kind(ctx)?,
            tokens: token_folder(ctx, vendor, self.token_folder.as_ref())?,
        })
    }
}

impl HybridAccess {
    fn token_kind(&self, ctx: &Context) -> Result<Option<hybrid::TokenKind>, CliError> {
        let kind = self.token_kind.as_ref();
        let kind = ctx.profile.plain(Vendor::Hybrid, "token_kind", kind);
        kind.map(|kind| match kind.as_str() {
            "agency" => Ok(hybrid::TokenKind::Agency),
            "advertiser" => Ok(hybrid::TokenKind::Advertiser),
            other => {
                let message = format!("--token-kind must be agency or advertiser, not '{other}'");
                Err(CliError::input("token-kind", message))
            }
        })
        .transpose()
    }
}

/// Flags for an ADFOX account.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Access")]
pub(crate) struct AdfoxAccess {
    /// URL of the API [env: ADAPIS_ADFOX_ENDPOINT] [default: the vendor's]
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
    /// Login of the account [env: ADAPIS_ADFOX_LOGIN]
    #[arg(long, global = true)]
    login: Option<String>,
    #[command(flatten)]
    password: SecretFlag<AdfoxPassword>,
    #[command(flatten)]
    oauth_token: SecretFlag<AdfoxOAuthToken>,
}

/// An ADFOX account.
#[derive(Debug)]
pub(crate) struct AdfoxAccount {
    pub(crate) endpoint: String,
    /// The endpoint and the login, or a digest of the token: whose objects they are.
    pub(crate) name: String,
    pub(crate) credentials: adfox::Credentials,
}

impl AdfoxAccess {
    /// The account, from flags, environment and profile.
    ///
    /// An OAuth token has another default endpoint than a password. If one source has both, the token is
    /// used.
    pub(crate) fn resolve(&self, ctx: &Context) -> Result<AdfoxAccount, CliError> {
        if self.uses_token(ctx) {
            return self.resolve_token(ctx);
        }
        let vendor = Vendor::Adfox;
        let login = ctx.profile.required(vendor, "login", self.login.as_ref())?;
        let password = self.password.required(ctx)?;
        let endpoint = endpoint(ctx, vendor, self.endpoint.as_ref(), adfox::ENDPOINT);
        Ok(AdfoxAccount {
            name: format!("{} {login}", without_userinfo(&endpoint)),
            endpoint,
            credentials: adfox::Credentials::password(login, password),
        })
    }

    fn uses_token(&self, ctx: &Context) -> bool {
        let by_password = self.login.is_some() || self.password.is_given();
        self.oauth_token.is_given() || !by_password && ctx.profile.has_adfox_token()
    }

    /// The account for the statistics API, which takes OAuth tokens only.
    pub(crate) fn resolve_token(&self, ctx: &Context) -> Result<AdfoxAccount, CliError> {
        let token = self.oauth_token.required(ctx)?;
        let url = self.endpoint.as_ref();
        let endpoint = endpoint(ctx, Vendor::Adfox, url, adfox::OAUTH_ENDPOINT);
        let digest = short_digest(token.expose_secret());
        Ok(AdfoxAccount {
            name: format!("{} token {digest}", without_userinfo(&endpoint)),
            endpoint,
            credentials: adfox::Credentials::oauth(token),
        })
    }
}

fn endpoint(ctx: &Context, vendor: Vendor, flag: Option<&String>, default: &str) -> String {
    ctx.profile
        .plain(vendor, "endpoint", flag)
        .unwrap_or_else(|| default.to_owned())
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
