// SPDX-License-Identifier: Apache-2.0
/*
 * Fetches incident events side by side: ids from standard input, a line for each
 * as it completes.
 *
 *     get_failures [BASE_URL [CA_FILE]] < ids
 *
 * The keys and the site come from the environment. Exit status: 0, or 1 if any failed.
 */
#include <dora.hpp>

#include <iostream>

int main(int argc, char **argv)
{
    dora::config config;
    if (argc > 1) {
        config.base_url(argv[1]);
    }
    if (argc > 2) {
        config.ca_file(argv[2]);
    }
    try {
        dora::client client(config);
        dora::queue queue(client);
        int failed = 0;

        for (std::string failure_id; std::getline(std::cin, failure_id);) {
            queue.add(failure_id);
        }
        for (dora::completion &done : queue) {
            if (done.outcome) {
                std::cout << done.failure_id << ": " << done.outcome->name().value_or("(no name)") << '\n';
            } else {
                std::cerr << done.failure_id << ": " << done.outcome.error()->what() << '\n';
                failed = 1;
            }
        }
        return failed;
    } catch (const dora::error &error) {
        std::cerr << "get_failures: " << error.what() << '\n';
        return 1;
    }
}
