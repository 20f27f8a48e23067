use crate::peers::Peer;
use crate::{adapis, text};

/// A value that does not occur by chance.
const SECRET: &str = "hush-c4n4ry/91+x==";
/// The secret, its form in a URL, and its SHA-256, which ADFOX accepts instead of the password.
const SHAPES: [&str; 3] = [
    SECRET,
    "hush-c4n4ry%2F91%2Bx%3D%3D",
    "27889bdcc47a84d7b580772ca04d45ae24eed93115ef7bd61559daea13ddfed2",
];

const COMMANDS: [&str; 7] = [
    "keitaro click --info",
    "keitaro click --method post",
    "spots stats --from 2023-08-23 --to 2023-08-24",
    "spots call platform.list",
    "hybrid advertisers",
    "adfox list campaign",
    "adfox call object=account action=list actionObject=campaign --method post",
];

#[test]
fn no_secret_is_printed_whatever_a_peer_answers() {
    let peers = [
        ("echo 200", Peer::echoes("200 OK")),
        ("echo 400", Peer::echoes("400 Bad Request")),
        ("echo 401", Peer::echoes("401 Unauthorized")),
        ("echo 500", Peer::echoes("500 Oops")),
        ("gone", Peer::gone()),
        (
            "broken",
            Peer::answers("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"),
        ),
    ];
    for line in COMMANDS {
        for (answer, peer) in &peers {
            for format in ["json", "table"] {
                let mut command = adapis(&format!(
                    "{line} -vvv --attempts 1 --timeout 1 --format {format}"
                ));
                for variable in [
                    "KEITARO_TRACKER",
                    "SPOTS_ENDPOINT",
                    "HYBRID_ENDPOINT",
                    "ADFOX_ENDPOINT",
                ] {
                    command.env(format!("ADAPIS_{variable}"), peer.url());
                }
                for variable in ["SPOTS_LOGIN", "HYBRID_CLIENT_ID", "ADFOX_LOGIN"] {
                    command.env(format!("ADAPIS_{variable}"), "somebody");
                }
                for variable in [
                    "KEITARO_TOKEN",
                    "SPOTS_PASSWORD",
                    "HYBRID_CLIENT_SECRET",
                    "ADFOX_PASSWORD",
                ] {
                    command.env(format!("ADAPIS_{variable}"), SECRET);
                }
                let output = command.output().unwrap();
                for stream in [&output.stdout, &output.stderr] {
                    let printed = text(stream);
                    for shape in SHAPES {
                        assert!(!printed.contains(shape), "{line}, {answer}: {printed}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_secret_given_as_an_argument_is_refused_and_not_repeated() {
    for line in [
        format!("spots stats --password {SECRET}"),
        format!("spots stats --password={SECRET}"),
        format!("keitaro click --token={SECRET}"),
        format!("hybrid advertisers --endpoint https://user:{SECRET}@api.hybrid.ru"),
    ] {
        let mut command = adapis(&line);
        command
            .env("ADAPIS_HYBRID_CLIENT_ID", "id")
            .env("ADAPIS_HYBRID_CLIENT_SECRET", "secret");
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(!text(&output.stderr).contains(SECRET), "{output:?}");
    }
}
