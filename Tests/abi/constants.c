/* SPDX-License-Identifier: Apache-2.0 */
/* The constants of the last release; written by Tests/abi/check.py --bless. */
#include <dora.h>

_Static_assert(DORA_OK == 0, "DORA_OK was 0 in the last release");
_Static_assert(DORA_ERROR_INVALID_ARGUMENT == 1, "DORA_ERROR_INVALID_ARGUMENT was 1 in the last release");
_Static_assert(DORA_ERROR_BAD_REQUEST == 2, "DORA_ERROR_BAD_REQUEST was 2 in the last release");
_Static_assert(DORA_ERROR_UNAUTHENTICATED == 3, "DORA_ERROR_UNAUTHENTICATED was 3 in the last release");
_Static_assert(DORA_ERROR_FORBIDDEN == 4, "DORA_ERROR_FORBIDDEN was 4 in the last release");
_Static_assert(DORA_ERROR_NOT_FOUND == 5, "DORA_ERROR_NOT_FOUND was 5 in the last release");
_Static_assert(DORA_ERROR_RATE_LIMITED == 6, "DORA_ERROR_RATE_LIMITED was 6 in the last release");
_Static_assert(DORA_ERROR_SERVER == 7, "DORA_ERROR_SERVER was 7 in the last release");
_Static_assert(DORA_ERROR_HTTP == 8, "DORA_ERROR_HTTP was 8 in the last release");
_Static_assert(DORA_ERROR_CONNECTION == 9, "DORA_ERROR_CONNECTION was 9 in the last release");
_Static_assert(DORA_ERROR_TLS == 10, "DORA_ERROR_TLS was 10 in the last release");
_Static_assert(DORA_ERROR_TIMEOUT == 11, "DORA_ERROR_TIMEOUT was 11 in the last release");
_Static_assert(DORA_ERROR_CANCELLED == 12, "DORA_ERROR_CANCELLED was 12 in the last release");
_Static_assert(DORA_ERROR_RESPONSE_TOO_LARGE == 13, "DORA_ERROR_RESPONSE_TOO_LARGE was 13 in the last release");
_Static_assert(DORA_ERROR_MALFORMED_RESPONSE == 14, "DORA_ERROR_MALFORMED_RESPONSE was 14 in the last release");
_Static_assert(DORA_ERROR_INTERNAL == 15, "DORA_ERROR_INTERNAL was 15 in the last release");
_Static_assert(DORA_LOG_ERROR == 1, "DORA_LOG_ERROR was 1 in the last release");
_Static_assert(DORA_LOG_WARNING == 2, "DORA_LOG_WARNING was 2 in the last release");
_Static_assert(DORA_LOG_INFO == 3, "DORA_LOG_INFO was 3 in the last release");
_Static_assert(DORA_LOG_DEBUG == 4, "DORA_LOG_DEBUG was 4 in the last release");
_Static_assert(DORA_PHASE_LOOKUP == 0, "DORA_PHASE_LOOKUP was 0 in the last release");
_Static_assert(DORA_PHASE_CONNECT == 1, "DORA_PHASE_CONNECT was 1 in the last release");
_Static_assert(DORA_PHASE_TLS == 2, "DORA_PHASE_TLS was 2 in the last release");
_Static_assert(DORA_PHASE_FIRST_BYTE == 3, "DORA_PHASE_FIRST_BYTE was 3 in the last release");
_Static_assert(DORA_PHASE_TOTAL == 4, "DORA_PHASE_TOTAL was 4 in the last release");
