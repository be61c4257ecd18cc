/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DORA_VERSION_SHIM_H
#define DORA_VERSION_SHIM_H

#include "../../include/dora.h"

/* The header's version as a static C string, which Swift does not make of the macro. */
static inline const char *dora_header_version(void) {
    return DORA_VERSION;
}

#endif
