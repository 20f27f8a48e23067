//! The accounts that are configured, for the commands that go through all of them.

use crate::config::Profile;
use crate::context::Context;
use crate::error::CliError;
use crate::vendor::Vendor;

/// One vendor of one profile.
pub(crate) struct Account {
    /// The name of the profile.
    pub(crate) name: String,
    /// The profile, or what is wrong with it.
    pub(crate) profile: Result<Profile, CliError>,
    /// `None` if the profile is wrong or empty.
    pub(crate) vendor: Option<Vendor>,
    /// Whether commands use it without `--profile`, or because of it.
    pub(crate) is_selected: bool,
}

/// The accounts of the selected profile, as any command would use them, then those of all others, as
/// `--profile` would select them. With `--profile` there are no others.
pub(crate) fn accounts(ctx: &Context) -> Result<Vec<Account>, CliError> {
    let config = ctx.config()?;
    let flag = ctx.profile_flag().map(str::to_owned);
    let only_this = flag.is_some();
    let mut accounts = Vec::new();
    let selected = ctx.profile.name().to_owned();
    add(&mut accounts, &selected, true, || {
        Profile::select(&config, flag.clone())
    });
    for name in config
        .profiles()
        .filter(|name| !only_this && *name != selected)
    {
        add(&mut accounts, name, false, || {
            Profile::select(&config, Some(name.to_owned()))
        });
    }
    Ok(accounts)
}

/// Adds the vendors that a profile configures.
fn add(
    accounts: &mut Vec<Account>,
    name: &str,
    is_selected: bool,
    select: impl Fn() -> Result<Profile, CliError>,
) {
    let account = |profile, vendor| Account {
        name: name.to_owned(),
        profile,
        vendor,
        is_selected,
    };
    let profile = match select() {
        Err(error) => return accounts.push(account(Err(error), None)),
        Ok(profile) => profile,
    };
    for vendor in Vendor::ALL {
        if profile.configures(vendor) {
            accounts.push(account(select(), Some(vendor)));
        }
    }
}

/// A URL without the user name and password that it may contain.
pub(crate) fn without_userinfo(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://***@{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_userinfo;

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, shown) in [
            ("https://a.example/x", "https://a.example/x"),
            ("https://me:hush@a.example/x", "https://***@a.example/x"),
            ("http://me:h@sh@a.example", "http://***@a.example"),
            ("https://a.example/@x", "https://a.example/@x"),
            ("a.example", "a.example"),
        ] {
            assert_eq!(without_userinfo(url), shown);
        }
    }
}
