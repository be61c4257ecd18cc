// SPDX-License-Identifier: Apache-2.0
// A mistake that no compiler sees: views kept across the iterations of a queue. Arguments: the
// fault server's base URL and CA file.
#include <dora.hpp>

#include <iostream>

int main(int, char **argv)
{
    const dora::client client(dora::config().base_url(argv[1]).ca_file(argv[2]).api_key("api").app_key("app"));
    dora::queue queue(client);
    queue.add("event");
    std::vector<std::string_view> names;
    for (const dora::completion &done : queue) {
        names.push_back(done.outcome->name().value());
    }
    for (const std::string_view name : names) {
        std::cout << name << std::endl;
    }
}
