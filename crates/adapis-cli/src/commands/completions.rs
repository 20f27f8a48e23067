//! `adapis completions`: the script that a shell loads.

use std::path::Path;

use clap_complete::env::Shells;

use crate::context::Context;
use crate::error::CliError;

/// The variable by which a script asks. Not `COMPLETE`, which other programs read too.
pub(crate) const VARIABLE: &str = "ADAPIS_COMPLETE";

pub(crate) const AFTER_HELP: &str = "\
Load it when the shell starts:
  bash        ~/.bashrc: source <(adapis completions bash)
  zsh         ~/.zshrc, after compinit: source <(adapis completions zsh)
  fish        ~/.config/fish/completions/adapis.fish: adapis completions fish | source
  powershell  $PROFILE: adapis completions powershell | Out-String | Invoke-Expression";

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

impl Shell {
    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
        }
    }
}

pub(crate) fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    let unknown = || CliError::input("shell", "the shell is not known");
    let shells = Shells::builtins();
    let shell = shells.completer(args.shell.name()).ok_or_else(unknown)?;
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "adapis", "adapis", &program(), &mut script)?;
    ctx.output().line(String::from_utf8_lossy(&script).trim())
}

/// How the script calls the program: by its name if it was found by it, else by its path.
fn program() -> String {
    let called = std::env::args_os().next().unwrap_or_default();
    let path = if Path::new(&called).components().count() > 1 {
        std::env::current_exe().unwrap_or_else(|_| called.into())
    } else {
        called.into()
    };
    path.to_string_lossy().into_owned()
}
