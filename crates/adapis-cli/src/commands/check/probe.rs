//! The call that tries an account: the smallest one that needs its credentials and changes nothing.

use adapis::adfox::{self, Action, Call, Object};
use adapis::keitaro::calls::Click;
use adapis::keitaro::{self, Refusal};
use adapis::spots::calls::Statistics;
use adapis::{Error, ErrorKind, hybrid, spots};

use super::Problem;
use crate::dates;
use crate::gateway;

/// The client of an account.
pub(super) enum Probe {
    /// Nothing to try, because the credentials are missing.
    None,
    /// A tracker whose token is not tried, because that would count a click.
    Tracker(keitaro::Client),
    /// A tracker whose token is tried.
    Click(keitaro::Client),
    Spots(spots::Client),
    Agency(hybrid::Client),
    Advertiser(hybrid::Client),
    Adfox(adfox::Client),
}

impl Probe {
    /// Sends the call. `secrets` says where the credentials come from.
    pub(super) async fn run(&self, secrets: &str) -> Option<Result<String, Problem>> {
        let result = match self {
            Self::None => return None,
            Self::Tracker(client) => tracker(client).await,
            Self::Click(client) => gateway::try_token(client, false).await,
            Self::Spots(client) => spots(client).await,
            Self::Agency(client) => agency(client).await,
            Self::Advertiser(client) => advertiser(client).await,
            Self::Adfox(client) => adfox(client).await,
        };
        Some(result.map_err(|error| {
            let hint = hint(&error, secrets);
            match hint {
                Some(hint) => Problem::hint(error, hint),
                None => error.into(),
            }
        }))
    }
}

/// What to do about the error of a call.
fn hint(error: &Error, secrets: &str) -> Option<String> {
    Some(match error.kind() {
        ErrorKind::Unauthenticated => {
            format!("correct the credentials ({secrets}); the server does not take them")
        }
        ErrorKind::PermissionDenied => {
            "ask the vendor for access to the API for this account".to_owned()
        }
        ErrorKind::NotFound | ErrorKind::Rejected => {
            format!("correct the account, its credentials ({secrets}) or the URL")
        }
        ErrorKind::RateLimited => "wait, or use --calls-per-minute".to_owned(),
        ErrorKind::Timeout => "try again, with a longer --timeout".to_owned(),
        ErrorKind::Connect | ErrorKind::Interrupted | ErrorKind::Server => {
            "try again later; if it stays so, ask the vendor".to_owned()
        }
        ErrorKind::Decode => "the URL may be that of something else; correct it".to_owned(),
        _ => return None,
    })
}

/// Asks the tracker with a token that does not exist.
async fn tracker(client: &keitaro::Client) -> Result<String, Error> {
    const MESSAGE: &str =
        "the tracker responds; the token was not tried, because that counts a click (--click)";
    match client.click(&Click::new()).await {
        Ok(_) => Ok(MESSAGE.to_owned()),
        Err(error) => match Refusal::of(&error) {
            Some(Refusal::BadToken | Refusal::NoCampaign) => Ok(MESSAGE.to_owned()),
            _ => Err(error),
        },
    }
}

async fn spots(client: &spots::Client) -> Result<String, Error> {
    let today = dates::today();
    let yesterday = today.yesterday().unwrap_or(today);
    let one_day = Statistics::new(yesterday, yesterday);
    client.statistics(&one_day).await?;
    Ok("valid; statistics can be read".to_owned())
}

async fn agency(client: &hybrid::Client) -> Result<String, Error> {
    match client.advertisers().await {
        Ok(found) => Ok(format!("valid; {} advertisers", found.len())),
        // The client of an advertiser has no list of advertisers.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::Rejected
            ) && error.operation() != Some("token") =>
        {
            advertiser(client).await
        }
        Err(error) => Err(error),
    }
}

async fn advertiser(client: &hybrid::Client) -> Result<String, Error> {
    let found = client.campaigns().await?;
    Ok(format!("valid; {} campaigns", found.len()))
}

async fn adfox(client: &adfox::Client) -> Result<String, Error> {
    let list = Call::new(adfox::Context::Account, Action::List)
        .object(Object::Campaign)
        .param("limit", 1);
    let found = client.call(&list).await?;
    Ok(match found.counters.total_rows {
        Some(total) => format!("valid; {total} campaigns"),
        None => "valid".to_owned(),
    })
}
