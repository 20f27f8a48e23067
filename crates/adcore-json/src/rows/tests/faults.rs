//! The rows before a fault are handed out, however the response arrives.

use adcore::TransportErrorKind;

use super::*;

/// Two rows with brackets in texts, after which a decoder fails to decode and waits for more.
fn good(padding: usize) -> String {
    let padding = "x".repeat(padding);
    format!(r#"[{{"shows":1,"income":1}},{{"site":"te}}st]{padding}","shows":2,"income":2}}"#)
}

/// Reads a response in chunks of `size`, and returns the number of its rows and its error.
async fn read(text: &[u8], size: usize, end: Option<TransportErrorKind>) -> (usize, ErrorKind) {
    let chunks = text.chunks(size);
    let chunks = chunks.map(|chunk| Ok(Bytes::copy_from_slice(chunk)));
    let end = end.map(|kind| Err(TransportError::new(kind)));
    let body = futures_util::stream::iter(chunks.chain(end).collect::<Vec<_>>());
    let mut rows = Rows::<Row>::new(Body::from_stream(body), RowLocation::Array);
    let mut number = 0;
    loop {
        match rows.next().await {
            Some(Ok(_)) => number += 1,
            Some(Err(error)) => return (number, error.kind()),
            None => panic!("a broken response was read to its end"),
        }
    }
}

#[tokio::test]
async fn the_rows_before_a_fault_do_not_depend_on_the_chunks() {
    for fault in [
        &b",{\"shows\":\xFF"[..],
        b"\xFF",
        b",{\"shows\":\x00",
        b",{\"shows\":\"canary\"}]",
        b"!",
        b"",
    ] {
        for padding in 0..40 {
            let text = [good(padding).as_bytes(), fault].concat();
            for size in [1, 2, 3, 7, text.len()] {
                let outcome = read(&text, size, None).await;
                let expected = (2, ErrorKind::Decode);
                assert_eq!(outcome, expected, "{fault:?} after {padding} by {size}");
            }
        }
    }
}

#[tokio::test]
async fn the_rows_before_a_break_do_not_depend_on_the_chunks() {
    let broken = Some(TransportErrorKind::Interrupted);
    for padding in 0..40 {
        let text = good(padding);
        for size in [1, 2, 3, 7, text.len()] {
            let expected = (2, ErrorKind::Interrupted);
            let outcome = read(text.as_bytes(), size, broken).await;
            assert_eq!(outcome, expected, "after {padding} by {size}");
        }
    }
}
