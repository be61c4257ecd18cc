// SPDX-License-Identifier: Apache-2.0

//! Prints the incident events that match a query, the newest first, a line for each.
//!
//!     search [QUERY [BASE_URL [CA_FILE]]]
//!
//! The keys and the site come from the environment. Exit status: 0, or 1 for an error.
//!
//!     cargo run --release --bin search -- QUERY

use dora::{Client, Error, Options};
use std::process::ExitCode;

fn main() -> ExitCode {
    match search() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("search: {error}");
            ExitCode::FAILURE
        }
    }
}

fn search() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let query = arguments.next().unwrap_or_default();
    let options = Options { base_url: arguments.next(), ca_file: arguments.next(), timeout: None };
    for failure in Client::new(&options)?.search(&query, None, None)? {
        let failure = failure?;
        let id = failure.id.as_deref().unwrap_or("(no id)");
        println!("{id}: {}", failure.name.as_deref().unwrap_or("(no name)"));
    }
    Ok(())
}
