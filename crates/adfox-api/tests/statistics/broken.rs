//! Results that break on their way, over real sockets: the end of one response is never taken for that
//! of another.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adfox_api::calls::statistics::{DateRange, Report};
use adfox_api::{Client, Credentials, RetryPolicy, StatisticsSettings, date};
use serde_json::{Value, json};

use crate::{TOKEN, drain, report};

/// More bytes than are read ahead.
const LATE: usize = 1_500_000;
/// A result with this many rows is longer.
const LONG: usize = 40_000;

/// The text of a result, and the number of bytes after which its connection breaks.
type Reply = (String, Option<usize>);

/// A vendor that makes each task at once.
#[derive(Clone)]
struct Peer {
    url: String,
    /// The results that are left; the next one first.
    replies: Arc<Mutex<VecDeque<Reply>>>,
    /// The reports that were requested.
    reports: Arc<Mutex<Vec<Value>>>,
}

impl Peer {
    fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = Self {
            url: format!("http://{}/v1/API.php", listener.local_addr().unwrap()),
            replies: Arc::new(Mutex::new(replies.into_iter().collect())),
            reports: Arc::default(),
        };
        let serving = peer.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // A client may go away in the middle of a response.
                std::thread::spawn(move || serving.serve(&stream).ok());
            }
        });
        peer
    }

    fn serve(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut request = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") && request.read_line(&mut head)? > 0 {
            let line = head.lines().last().unwrap_or_default().to_lowercase();
            if let Some(number) = line.strip_prefix("content-length: ") {
                length = number.parse().unwrap();
            }
        }
        let (body, cut) = if head.starts_with("POST") {
            let mut report = vec![0; length];
            request.read_exact(&mut report)?;
            let report = serde_json::from_slice(&report).unwrap();
            self.reports.lock().unwrap().push(report);
            let task = json!({"result": {"taskId": "a", "status": "SUCCESS"}});
            (task.to_string(), None)
        } else {
            self.replies.lock().unwrap().pop_front().unwrap()
        };
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes())?;
        stream.write_all(&body.as_bytes()[..cut.unwrap_or(length)])
    }

    /// Returns the number of rows of a report and the error at its end, once all results were requested.
    async fn rows(&self, settings: StatisticsSettings, report: &Report) -> (usize, Option<String>) {
        let client = Client::builder(&self.url, Credentials::oauth(TOKEN))
            .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
            .statistics(settings)
            .build()
            .unwrap();
        let (rows, error) = drain(client.statistics().report(report)).await;
        for (at, row) in rows.iter().enumerate() {
            // Each result numbers its rows.
            assert_eq!(row[1].as_integer(), i64::try_from(at % LONG).ok());
        }
        assert!(self.replies.lock().unwrap().is_empty());
        (rows.len(), error.map(|error| error.message().to_owned()))
    }
}

/// A result with this many rows, with one load each.
fn result(rows: usize, total: usize) -> String {
    let rows: Vec<_> = (0..rows)
        .map(|at| json!(["2024-01-01", at, "a site with a long name", 1]))
        .collect();
    let columns = [
        ("date", "string"),
        ("number", "integer"),
        ("site", "string"),
        ("loads", "integer"),
    ];
    let columns = columns.map(|(name, kind)| json!({"name": name, "type": kind}));
    let totals = json!([null, null, null, total]);
    json!({"result": {"columns": columns, "rows": rows, "totals": totals}}).to_string()
}

fn whole(rows: usize, total: usize) -> Reply {
    (result(rows, total), None)
}

fn broken(rows: usize, at: usize) -> Reply {
    (result(rows, rows), Some(at))
}

fn days(number: i8) -> DateRange {
    DateRange::new(date(2024, 1, 1), date(2024, 1, number))
}

/// The error of a result whose total is one more than its rows.
const WRONG: &str = "the rows of column `loads` add up to 40000, and the vendor's total is 40001";

#[tokio::test]
async fn the_end_of_a_resumed_result_is_that_of_its_last_response() {
    for (replies, rows, error) in [
        // The other rows follow those that were returned before the break.
        (
            vec![broken(LONG, LATE), whole(39_000, 39_000)],
            39_000,
            None,
        ),
        (
            vec![broken(LONG, LATE), whole(LONG, LONG + 1)],
            LONG,
            Some(WRONG),
        ),
        // It breaks while it is read ahead.
        (vec![broken(9, 300), broken(7, 400), whole(2, 2)], 2, None),
    ] {
        let peer = Peer::start(replies);
        let (found, failed) = peer.rows(StatisticsSettings::new(), &report(days(1))).await;
        assert_eq!((found, failed.as_deref()), (rows, error));
    }
}

#[tokio::test]
async fn a_short_result_in_place_of_a_long_one_does_not_end_it() {
    let peer = Peer::start([broken(LONG, LATE), whole(1, 1)]);
    let (rows, error) = peer.rows(StatisticsSettings::new(), &report(days(1))).await;
    assert!(rows > 10_000 && rows < LONG, "{rows}");
    let error = error.unwrap();
    assert!(error.ends_with("now begins with other rows"), "{error}");
}

#[tokio::test]
async fn the_rows_of_a_checked_result_are_judged_by_their_own_end() {
    for replies in [
        vec![whole(LONG, LONG), whole(LONG, LONG + 1)],
        vec![
            broken(LONG, LATE),
            whole(LONG, LONG),
            broken(LONG, LATE),
            whole(LONG, LONG + 1),
        ],
    ] {
        let peer = Peer::start(replies);
        let (rows, error) = peer.rows(StatisticsSettings::new(), &report(days(2))).await;
        assert_eq!((rows, error.as_deref()), (LONG, Some(WRONG)));
    }
}

#[tokio::test]
async fn rows_that_are_read_again_count_once_towards_the_limit() {
    let peer = Peer::start([broken(LONG, LATE), whole(LONG, LONG), whole(10_000, LONG)]);
    let settings = StatisticsSettings::new().window_days(1);
    let (rows, error) = peer.rows(settings, &report(days(3)).limit(50_000)).await;
    assert_eq!((rows, error), (50_000, None));
    let limits: Vec<_> = peer
        .reports
        .lock()
        .unwrap()
        .iter()
        .map(|report| report["limit"].clone())
        .collect();
    assert_eq!(limits, [50_000, 10_000], "and no task for the third day");
}
