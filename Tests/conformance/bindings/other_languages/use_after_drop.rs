// SPDX-License-Identifier: Apache-2.0

//! Must not compile: the client is gone.

fn main() {
    let client = dora::Client::new(&dora::Options::default()).unwrap();
    let mut search = client.search("", None, None).unwrap();
    drop(client);
    let _ = search.next();
}
