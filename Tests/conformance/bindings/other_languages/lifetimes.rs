// SPDX-License-Identifier: Apache-2.0

//! What a Rust program sees of errors, cancelled calls, searches, and of a client that is dropped; see
//! test_other_languages.py. Arguments: base URL, CA file, and how many calls to cancel.

use dora::{Client, Options};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

fn argument(index: usize) -> String {
    std::env::args().nth(index).unwrap()
}

fn new_client(timeout: Option<Duration>) -> Client {
    Client::new(&Options { base_url: Some(argument(1)), ca_file: None, timeout }).unwrap()
}

/// A number of /proc/self/status.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Cancels calls that get no answer, 20 at once.
fn cancel_calls(client: &Client, count: usize) {
    for _ in 0..count / 20 {
        thread::scope(|scope| {
            let calls: Vec<_> =
                (0..20).map(|_| scope.spawn(|| client.get_failure("silent").unwrap_err())).collect();
            while !calls.iter().all(|call| call.is_finished()) {
                thread::sleep(Duration::from_millis(10));
                client.cancel();
            }
            assert!(calls.into_iter().all(|call| call.join().unwrap().code == "cancelled"));
        });
    }
}

fn main() {
    let hasty = new_client(Some(Duration::from_millis(300)));
    let error = hasty.get_failure("limited").unwrap_err();
    let retry_after = error.retry_after.unwrap().as_millis();
    println!("{} {} {} {retry_after}", error.code, error.http_status.unwrap(), error.is_retryable);
    println!("{}", hasty.get_failure("silent").unwrap_err().code);

    let client = new_client(None);
    let found = client.search("", None, None).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    let ids: Vec<_> = found.into_iter().map(|failure| failure.id.unwrap()).collect();
    println!("{} {} {}", ids.len(), ids[0], ids[ids.len() - 1]);

    cancel_calls(&client, 100);
    let (threads, kilobytes) = (status("Threads:"), status("VmRSS:"));
    let start = Instant::now();
    cancel_calls(&client, argument(3).parse().unwrap());
    let is_quick = start.elapsed() < Duration::from_secs(60);
    println!("flat: {} {} {is_quick}", status("Threads:") <= threads, status("VmRSS:") < kilobytes + 16384);

    let failure = client.get_failure("documented").unwrap();
    drop(client);
    let started = failure.started_at.unwrap().duration_since(UNIX_EPOCH).unwrap();
    println!("{} {}", failure.name.unwrap(), started.as_nanos());
    println!("{}", hasty.get_failure("documented\0").unwrap_err());
}
