/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes sixteen at a time. */
#ifndef SHIM_VECTOR_H
#define SHIM_VECTOR_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* JSON strings, sixteen bytes at a time: what a compiler makes of Swift's own vectors is a loop over their
 * elements. Both may read all sixteen. */

enum { SHIM_VECTOR_SIZE = 16 };

#if defined(__aarch64__)
/* Where the first byte of a mask is that is set; SHIM_VECTOR_SIZE if none is. */
static inline unsigned int shim_first_set(uint8x16_t mask) {
    uint64_t nibbles = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(mask), 4)), 0);
    return nibbles == 0 ? SHIM_VECTOR_SIZE : (unsigned int)__builtin_ctzll(nibbles) / 4;
}
#endif

/* How many bytes come before the first one that is a quote, a backslash, a control character or not
 * ASCII; SHIM_VECTOR_SIZE if none is. */
static inline unsigned int shim_plain_bytes(const uint8_t *bytes) {
#if defined(__SSE2__)
    __m128i vector = _mm_loadu_si128((const __m128i *)bytes);
    __m128i quotes = _mm_cmpeq_epi8(vector, _mm_set1_epi8('"'));
    __m128i backslashes = _mm_cmpeq_epi8(vector, _mm_set1_epi8('\\'));
    /* As signed numbers, bytes that are not ASCII are less than a space, too. */
    __m128i others = _mm_cmplt_epi8(vector, _mm_set1_epi8(' '));
    int mask = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), others));
    return (unsigned int)__builtin_ctz((unsigned int)mask | 1u << SHIM_VECTOR_SIZE);
#elif defined(__aarch64__)
    uint8x16_t vector = vld1q_u8(bytes);
    uint8x16_t quotes = vceqq_u8(vector, vdupq_n_u8('"'));
    uint8x16_t backslashes = vceqq_u8(vector, vdupq_n_u8('\\'));
    uint8x16_t others = vcltq_s8(vreinterpretq_s8_u8(vector), vdupq_n_s8(' '));
    return shim_first_set(vorrq_u8(vorrq_u8(quotes, backslashes), others));
#else
    unsigned int count = 0;
    while (count < SHIM_VECTOR_SIZE && bytes[count] >= ' ' && bytes[count] < 0x80 && bytes[count] != '"' &&
           bytes[count] != '\\') {
        count++;
    }
    return count;
#endif
}

/* The same without those that are not ASCII: how many bytes of a well-formed string stand for themselves. */
static inline unsigned int shim_unescaped_bytes(const uint8_t *bytes) {
#if defined(__SSE2__)
    __m128i vector = _mm_loadu_si128((const __m128i *)bytes);
    __m128i quotes = _mm_cmpeq_epi8(vector, _mm_set1_epi8('"'));
    __m128i backslashes = _mm_cmpeq_epi8(vector, _mm_set1_epi8('\\'));
    __m128i controls = _mm_cmpeq_epi8(_mm_max_epu8(vector, _mm_set1_epi8(0x1F)), _mm_set1_epi8(0x1F));
    int mask = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), controls));
    return (unsigned int)__builtin_ctz((unsigned int)mask | 1u << SHIM_VECTOR_SIZE);
#elif defined(__aarch64__)
    uint8x16_t vector = vld1q_u8(bytes);
    uint8x16_t quotes = vceqq_u8(vector, vdupq_n_u8('"'));
    uint8x16_t backslashes = vceqq_u8(vector, vdupq_n_u8('\\'));
    uint8x16_t controls = vcltq_u8(vector, vdupq_n_u8(' '));
    return shim_first_set(vorrq_u8(vorrq_u8(quotes, backslashes), controls));
#else
    unsigned int count = 0;
    while (count < SHIM_VECTOR_SIZE && bytes[count] >= ' ' && bytes[count] != '"' && bytes[count] != '\\') {
        count++;
    }
    return count;
#endif
}

#endif
