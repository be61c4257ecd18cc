// SPDX-License-Identifier: Apache-2.0

//! Fetches an incident event and prints it.
//!
//!     get_failure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID
//!
//! The keys and the site come from the environment: DD_API_KEY, DD_APP_KEY,
//! DD_SITE. Exit status: 0 for an event, 1 for a failure, 2 for wrong usage.
//!
//!     cargo run --release -- FAILURE_ID

use dora::{Client, Error, Failure, Options};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

fn main() -> ExitCode {
    let (options, id) = match arguments() {
        Some(arguments) => arguments,
        None => {
            eprintln!("usage: get_failure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID");
            return ExitCode::from(2);
        }
    };
    match get_failure(&options, &id) {
        Ok(failure) => {
            print_failure(&failure);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("get_failure: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The options and the id; `None` if the command line makes no sense.
fn arguments() -> Option<(Options, String)> {
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    let id = loop {
        let argument = arguments.next()?;
        match argument.as_str() {
            "--base-url" => options.base_url = Some(arguments.next()?),
            "--ca-file" => options.ca_file = Some(arguments.next()?),
            "--" => break arguments.next()?,
            unknown if unknown.starts_with("--") => return None,
            _ => break argument,
        }
    };
    arguments.next().is_none().then_some((options, id))
}

fn get_failure(options: &Options, id: &str) -> Result<Failure, Error> {
    Client::new(options)?.get_failure(id)
}

fn print_failure(failure: &Failure) {
    print!("{}", failure.name.as_deref().unwrap_or("(no name)"));
    match &failure.severity {
        Some(severity) => println!(" ({severity})"),
        None => println!(),
    }
    print_text("id", &failure.id);
    print_list("services", &failure.services);
    print_text("environment", &failure.env);
    print_text("team", &failure.team);
    print_text("version", &failure.version);
    print_time("started", failure.started_at);
    print_time("finished", failure.finished_at);
    print_duration(failure.started_at, failure.finished_at);
    print_text("commit", &failure.commit_sha);
    print_text("repository", &failure.repository_url);
    print_list("tags", &failure.custom_tags);
}

fn print_text(label: &str, text: &Option<String>) {
    if let Some(text) = text {
        println!("  {label:<12} {text}");
    }
}

fn print_list(label: &str, texts: &[String]) {
    for (index, text) in texts.iter().enumerate() {
        println!("  {:<12} {text}", if index == 0 { label } else { "" });
    }
}

fn print_time(label: &str, time: Option<SystemTime>) {
    if let Some(time) = time {
        let unix_ns = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos() as i128,
            Err(before) => -(before.duration().as_nanos() as i128),
        };
        let seconds = unix_ns.div_euclid(1_000_000_000) as i64;
        let (year, month, day) = date(seconds.div_euclid(86_400));
        let second = seconds.rem_euclid(86_400);
        print!("  {label:<12} {year}-{month:02}-{day:02} ");
        print!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        match unix_ns.rem_euclid(1_000_000_000) {
            0 => println!(" UTC"),
            fraction => println!(".{fraction:09} UTC"),
        }
    }
}

/// The year, month and day of a number of days since 1970-01-01: the standard library has
/// no calendar. No event is from before 1600: its nanoseconds would not fit into 64 bits.
fn date(days: i64) -> (i64, i64, i64) {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_length = |year, month| match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let (mut year, mut month, mut day) = (1600, 1, days + 135_140);
    while day >= month_length(year, month) {
        day -= month_length(year, month);
        month = month % 12 + 1;
        year += i64::from(month == 1);
    }
    (year, month, day + 1)
}

fn print_duration(started: Option<SystemTime>, finished: Option<SystemTime>) {
    if let (Some(started), Some(finished)) = (started, finished) {
        if let Ok(duration) = finished.duration_since(started) {
            let seconds = duration.as_secs();
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            print!("  {:<12} ", "duration");
            if hours > 0 {
                print!("{hours} h ");
            }
            if hours > 0 || minutes > 0 {
                print!("{minutes} min ");
            }
            println!("{} s", seconds % 60);
        }
    }
}
