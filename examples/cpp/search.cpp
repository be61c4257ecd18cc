// SPDX-License-Identifier: Apache-2.0
/*
 * Prints the incident events that match a query, the newest first, a line for each.
 *
 *     search [QUERY [BASE_URL [CA_FILE]]]
 *
 * The keys and the site come from the environment. Exit status: 0, or 1 for an error.
 *
 *     c++ -std=c++17 -o search search.cpp $(pkg-config --cflags --libs dora)
 */
#include <dora.hpp>

#include <iostream>

int main(int argc, char **argv)
{
    dora::config config;
    if (argc > 2) {
        config.base_url(argv[2]);
    }
    if (argc > 3) {
        config.ca_file(argv[3]);
    }
    try {
        const dora::client client(config);
        dora::search search(client, argc > 1 ? argv[1] : "");

        for (const dora::failure &failure : search) {
            std::cout << failure.id().value_or("(no id)") << ": " << failure.name().value_or("(no name)") << '\n';
        }
    } catch (const dora::error &error) {
        std::cerr << "search: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
