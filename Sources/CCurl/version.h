/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_VERSION_SHIM_H
#define SHIM_VERSION_SHIM_H

#include "../../include/dora.h"

/* The header's version as a static C string, which Swift does not make of the macro. */
static inline const char *shim_header_version(void) {
    return DORA_VERSION;
}

#endif
