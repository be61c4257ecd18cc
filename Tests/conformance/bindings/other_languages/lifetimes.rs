// SPDX-License-Identifier: Apache-2.0

//! What a Rust program sees of errors, and of a client that is dropped; see test_other_languages.py.

use dora::{Client, Code, Options};
use std::time::{Duration, UNIX_EPOCH};

fn new_client(timeout: Option<Duration>) -> Client {
    let mut arguments = std::env::args().skip(1);
    let options = Options {
        base_url: arguments.next(),
        ca_file: arguments.next(),
        timeout,
        ..Options::default()
    };
    Client::new(&options).unwrap()
}

fn main() {
    let hasty = new_client(Some(Duration::from_millis(300)));
    let error = hasty.get_failure("limited").unwrap_err();
    assert_eq!(error.code, Code::RATE_LIMITED);
    let retry_after = error.retry_after.unwrap().as_millis();
    println!("rate_limited {} {} {retry_after}", error.http_status.unwrap(), error.is_retryable);
    assert_eq!(hasty.get_failure("silent").unwrap_err().code, Code::TIMEOUT);
    println!("timeout");

    let client = new_client(None);
    let failure = client.get_failure("documented").unwrap();
    let error = std::thread::scope(|scope| {
        let call = scope.spawn(|| client.get_failure("silent").unwrap_err());
        std::thread::sleep(Duration::from_millis(200));
        client.cancel();
        call.join().unwrap()
    });
    drop(client);
    assert_eq!(error.code, Code::CANCELLED);
    println!("cancelled");
    let started = failure.started_at.unwrap().duration_since(UNIX_EPOCH).unwrap();
    println!("{} {}", failure.name.unwrap(), started.as_nanos());
    assert_eq!(hasty.get_failure("documented\0").unwrap_err().code, Code::INVALID_ARGUMENT);
    println!("true");
}
