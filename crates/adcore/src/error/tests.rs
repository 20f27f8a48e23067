use super::*;

#[test]
fn display_is_one_cut_line_with_code_and_message() {
    let error = Error::new(
        ErrorKind::Rejected,
        format!("bad\r\nvalue\u{0}{}", "x".repeat(600)),
    )
    .with_status(StatusCode::OK)
    .with_code("-6")
    .with_operation("adfox", "account.add.campaign")
    .with_attempts(2);
    let text = error.to_string();
    assert!(text.starts_with("adfox account.add.campaign: refused: bad\\r\\nvalue\\u{0}xxx"));
    assert!(
        text.ends_with(
            "…  (HTTP 200, code -6, 2 attempts)"
                .replace("  ", " ")
                .as_str()
        )
    );
    assert!(text.chars().count() < 500);
    assert!(!text.contains('\n'));
}

#[test]
fn redact_removes_plain_and_encoded_secrets() {
    let mut error =
        Error::new(ErrorKind::Rejected, "token a/b+c= or a%2Fb%2Bc%3D").with_code("a/b+c=");
    error.redact("a/b+c=");
    assert_eq!(error.message(), "token *** or ***");
    assert_eq!(error.code(), Some("***"));
}

#[test]
fn statuses_map_to_kinds() {
    let none = HeaderMap::new();
    for (status, kind) in [
        (301, ErrorKind::Rejected),
        (400, ErrorKind::Rejected),
        (401, ErrorKind::Unauthenticated),
        (402, ErrorKind::Rejected),
        (403, ErrorKind::PermissionDenied),
        (404, ErrorKind::NotFound),
        (408, ErrorKind::Timeout),
        (409, ErrorKind::Rejected),
        (418, ErrorKind::Rejected),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
        (503, ErrorKind::Server),
        (204, ErrorKind::Decode),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(Error::from_status(status, &none).kind(), kind, "{status}");
    }
}

#[test]
fn redirect_names_the_host_only() {
    let mut headers = HeaderMap::new();
    headers.insert(
        LOCATION,
        "https://other.example/x?token=s3cret".parse().unwrap(),
    );
    let text = Error::from_status(StatusCode::FOUND, &headers).to_string();
    assert!(text.contains("https://other.example;"), "{text}");
    assert!(!text.contains("s3cret"));
}
