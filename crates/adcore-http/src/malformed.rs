//! Distinguishing broken HTTP from a broken connection.

/// Returns whether the peer sent something that is not HTTP, or not the encoding it announced.
pub(crate) fn is_malformed(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput};
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref().is_some_and(hyper::Error::is_parse) {
            return true;
        }
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| matches!(io.kind(), InvalidData | InvalidInput)) {
            return true;
        }
        cause = error.source();
    }
    false
}
