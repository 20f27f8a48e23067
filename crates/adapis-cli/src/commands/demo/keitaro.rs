//! Sends clicks of different visitors to the Keitaro tracker.

use adapis::keitaro::calls::Click;
use adapis::keitaro::{Client, Credentials};
use adapis_emulator::Emulator;

use super::section::Section;
use crate::error::CliError;
use crate::keitaro::describe;
use crate::output::Row;

/// A campaign whose flows route the visitors below differently.
const ROUTING: &str = "Routing";

pub(super) async fn run(emulator: &Emulator) -> Result<Vec<Section>, CliError> {
    let account = &emulator.credentials().keitaro;
    let url = emulator.keitaro_url();
    let client = |token: &str| Client::new(&url, Credentials::token(token));
    let example = client(&account.token)?;
    let routing = client(account.campaigns.get(ROUTING).unwrap_or(&account.token))?;
    let browser = || {
        Click::new()
            .ip([203, 0, 113, 7].into())
            .user_agent("Mozilla/5.0 (X11; Linux x86_64)")
            .info(true)
    };

    let mut rows = vec![
        click("documentation example", &example, &browser())
            .await?
            .0,
    ];
    let (row, cookie) = click("new, English", &routing, &browser().language("en")).await?;
    rows.push(row);
    let mut back = browser().language("en");
    back.uniqueness_cookie = cookie;
    for (visitor, click_of) in [
        ("the same, returning", back),
        ("German", browser().language("de")),
        ("French", browser().language("fr")),
        ("Russian", browser().language("ru").keyword("самовар")),
        ("a bot", browser().user_agent("Googlebot/2.1")),
    ] {
        rows.push(click(visitor, &routing, &click_of).await?.0);
    }
    Ok(vec![Section {
        name: "keitaro",
        title: "Keitaro: seven visitors and the response to each".to_owned(),
        rows,
    }])
}

async fn click(
    visitor: &str,
    client: &Client,
    click: &Click,
) -> Result<(Row, Option<String>), CliError> {
    let output = client.click(click).await?;
    let info = output.info.as_ref();
    let row = Row::new()
        .with("visitor", visitor)
        .with("flow", info.and_then(|info| info.stream_id).map(u64::from))
        .with(
            "offer",
            info.and_then(|info| info.offer_id()).map(u64::from),
        )
        .with("action", describe(&output.action()));
    Ok((row, output.uniqueness_cookie))
}
