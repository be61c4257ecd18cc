// SPDX-License-Identifier: Apache-2.0

//! Must not compile: the client is gone.

fn main() {
    let client = dora::Client::new(&dora::Options::default()).unwrap();
    drop(client);
    let _ = client.get_failure("documented");
}
