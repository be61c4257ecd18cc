/* SPDX-License-Identifier: Apache-2.0 */
#include <dora.h>
#include <stdio.h>

int main(void)
{
    printf("compiled with %s, running with %s\n", DORA_VERSION, dora_version());
    return 0;
}
