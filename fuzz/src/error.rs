//! A stand-in for the program's error type, which its config reader creates.

#[derive(Debug)]
pub(crate) struct CliError {
    pub(crate) message: String,
}

impl CliError {
    pub(crate) fn input(_field: &str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}
