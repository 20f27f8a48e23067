//! The columns of a list depend on the command, not on what the vendor happens to send.

use std::process::Command;

use crate::peers::{Emulator, Peer};
use crate::{adapis, stdout, text};

/// An ADFOX server whose rows do not have the same members.
fn uneven(rows: &str) -> Peer {
    let count = rows.matches("</row").count();
    Peer::status(
        "200 OK",
        "content-type: text/xml; charset=utf-8\r\n",
        &format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><status><code>0</code></status>\
             <result><total_rows>{count}</total_rows><limit>10</limit><offset>0</offset><rows>{count}</rows>\
             <data>{rows}</data></result></response>"
        ),
    )
}

const ROWS: &str = "<row0><ID>1</ID><name>one</name></row0>\
    <row1><ID>2</ID><novelty>x</novelty><name>two</name></row1>\
    <row2><name>three</name><ID>3</ID></row2>";

fn list(peer: &Peer, flags: &str) -> Command {
    let url = peer.url();
    let mut command = adapis(&format!("adfox list position --endpoint {url} {flags}"));
    command
        .env("ADAPIS_ADFOX_LOGIN", "login")
        .env("ADAPIS_ADFOX_PASSWORD", "password");
    command
}

fn printed(peer: &Peer, flags: &str) -> String {
    let output = list(peer, flags).output().unwrap();
    stdout(&output).to_owned()
}

#[test]
fn csv_of_rows_with_different_members_has_one_header() {
    let peer = uneven(ROWS);
    assert_eq!(
        printed(&peer, "--format csv"),
        "ID,name,extra\n1,one,\n2,two,\"{\"\"novelty\"\":\"\"x\"\"}\"\n3,three,\n"
    );
    assert_eq!(
        printed(&peer, "--format tsv --columns name,ID"),
        "name\tID\none\t1\ntwo\t2\nthree\t3\n"
    );
    assert_eq!(
        printed(&peer, "--format csv --columns all"),
        "ID,name,novelty\n1,one,\n2,two,x\n3,three,\n"
    );
    assert_eq!(
        printed(&peer, "--format jsonl --columns novelty"),
        "{\"novelty\":null}\n{\"novelty\":\"x\"}\n{\"novelty\":null}\n"
    );
    let table = printed(&peer, "--format table --columns name,novelty");
    assert!(table.starts_with("name   novelty\n"), "{table}");
    assert!(!printed(&peer, "--format table").contains("novelty"));
}

#[test]
fn csv_without_rows_has_the_same_header() {
    let peer = uneven("");
    assert_eq!(printed(&peer, "--format csv"), "ID,name,extra\n");
    assert_eq!(printed(&peer, "--format csv --columns ID"), "ID\n");
}

#[test]
fn a_column_that_no_row_has_is_reported() {
    let peer = uneven(ROWS);
    let output = list(&peer, "--format csv --columns ID,nmae")
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(text(&output.stdout), "ID,nmae\n1,\n2,\n3,\n");
    assert!(
        text(&output.stderr).contains("no row has a member 'nmae'"),
        "{output:?}"
    );
}

#[test]
fn the_documented_columns_of_hybrid_are_the_members_of_its_rows() {
    let emulator = Emulator::start();
    for line in [
        "advertisers",
        "campaigns --advertiser 53df8633af55cd57805746f5",
        "banners 53df8633af55cd57805746f5",
        "stats campaign 53df8633af55cd57805746f5 --from 2015-12-31 --to 2015-12-31",
        "stats banners 53df8633af55cd57805746f5 --from 2016-01-26 --to 2016-01-26",
        "stats domain sport-express.ru",
        "stats banner 58c1598f7bc72f277c4744ec --from 2017-03-18 --to 2017-03-18",
    ] {
        let output = emulator.run(&format!("hybrid {line} --format csv"));
        let csv = stdout(&output);
        assert!(csv.lines().count() > 1, "{line}: {csv}");
        assert!(
            csv.lines().next().unwrap().ends_with(",extra"),
            "{line}: {csv}"
        );
        assert!(
            csv.lines().skip(1).all(|row| row.ends_with(',')),
            "{line}: {csv}"
        );
        let output = emulator.run(&format!("hybrid {line} --format ndjson"));
        let json: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(stdout(&output).lines().next().unwrap()).unwrap();
        let mut members: Vec<&str> = json.keys().map(String::as_str).collect();
        let mut columns: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
        columns.pop();
        columns.sort_unstable();
        members.sort_unstable();
        assert_eq!(columns, members, "{line}");
    }
}
