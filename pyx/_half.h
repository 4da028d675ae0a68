/* 16-bit floats: conversions that GCC does not vectorise from _Float16.
 *
 * The plain form works on integers and vectorises everywhere; where the instruction set has
 * vcvtph2ps the loops use it. Both forms give the same bits (tests/test_half.py). */
#ifndef CYPOOL_HALF_H
#define CYPOOL_HALF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__F16C__)
#include <immintrin.h>
#endif

typedef struct { uint16_t bits; } half_t;
typedef struct { uint16_t bits; } bfloat_t;

static inline uint32_t cypool_float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float cypool_bits_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline float half_to_float(half_t value) {
    uint32_t magnitude = value.bits & 0x7fffu;
    uint32_t sign = (uint32_t)(value.bits & 0x8000u) << 16;
    /* 2**112 moves the exponent's bias and turns a subnormal half into a normal float. */
    uint32_t finite = cypool_float_bits(cypool_bits_float(magnitude << 13) * 0x1p112f);
    uint32_t special = 0x7f800000u | (magnitude << 13) | (magnitude > 0x7c00u ? 0x00400000u : 0u);
    return cypool_bits_float(sign | (magnitude >= 0x7c00u ? special : finite));
}

static inline half_t half_from_float(float value) {
    uint32_t bits = cypool_float_bits(value);
    uint32_t sign = (bits >> 16) & 0x8000u;
    uint32_t magnitude = bits & 0x7fffffffu;
    uint32_t normal = (magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13) & 1u)) >> 13;
    /* Adding one half lines the subnormal's last bit up with the float's: the addition rounds. */
    uint32_t subnormal = cypool_float_bits(cypool_bits_float(magnitude) + 0.5f) - 0x3f000000u;
    uint32_t nan = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
    uint32_t result = magnitude < 0x38800000u ? subnormal : normal;
    half_t half;
    result = magnitude >= 0x477ff000u ? 0x7c00u : result;
    result = magnitude > 0x7f800000u ? nan : result;
    half.bits = (uint16_t)(sign | result);
    return half;
}

static inline float bfloat_to_float(bfloat_t value) {
    return cypool_bits_float((uint32_t)value.bits << 16);
}

static inline bfloat_t bfloat_from_float(float value) {
    uint32_t bits = cypool_float_bits(value);
    uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    bfloat_t result;
    result.bits = (uint16_t)((bits & 0x7fffffffu) > 0x7f800000u ? (bits >> 16) | 0x40u : rounded);
    return result;
}

static inline void halves_to_floats(float *out, const half_t *values, ptrdiff_t n) {
    ptrdiff_t i = 0;
#if defined(__AVX512F__)
    for (; i + 16 <= n; i += 16)
        _mm512_storeu_ps(out + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(values + i))));
#endif
#if defined(__F16C__)
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(values + i))));
#endif
    for (; i < n; i++)
        out[i] = half_to_float(values[i]);
}

static inline void floats_to_halves(half_t *out, const float *values, ptrdiff_t n) {
    ptrdiff_t i = 0;
#if defined(__AVX512F__)
    for (; i + 16 <= n; i += 16)
        _mm256_storeu_si256((__m256i *)(out + i), _mm512_cvtps_ph(_mm512_loadu_ps(values + i), 0));
#endif
#if defined(__F16C__)
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128((__m128i *)(out + i), _mm256_cvtps_ph(_mm256_loadu_ps(values + i), 0));
#endif
    for (; i < n; i++)
        out[i] = half_from_float(values[i]);
}

#endif
