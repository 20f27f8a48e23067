//! The shape of the program's error, which its config reader makes.

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
