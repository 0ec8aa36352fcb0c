/* vectors.h: vectors of LANES doubles, 4 (AVX2 with FMA) or 8 (AVX-512). exp_vectors.h and tanh_vectors.h are written with
   them. It is included once for each number of lanes, each time defining anew

   VERSION           how the names of the version's functions end
   TARGET            the attribute that turns the version's instructions on
   NUMBERS, INTEGERS a vector of doubles, and one of whole numbers of 64 bits
   ALL(x)            x in every lane
   FUSED(x, y, z)    x · y + z, rounded once
   NOT_BELOW(x, y)   the lanes, as bits of a number, in which x is not below y, as where either is NaN
   CHOSEN(x, y, u, v) u in the lanes in which x is at least y, v in the others, as where either is NaN
   TRUNCATED(x)      the whole part of x

   and a type of unsigned whole numbers, and a function that goes through an array. */

#undef VERSION
#undef TARGET
#undef NUMBERS
#undef INTEGERS
#undef ALL
#undef FUSED
#undef NOT_BELOW
#undef CHOSEN
#undef TRUNCATED
#undef NAME
#define NAME(name) JOIN(name, VERSION)

#if LANES == 4
#define VERSION avx2
#define TARGET __attribute__((target("avx2,fma")))
#define NUMBERS __m256d
#define INTEGERS __m256i
#define ALL(x) _mm256_set1_pd(x)
#define FUSED(x, y, z) _mm256_fmadd_pd(x, y, z)
#define NOT_BELOW(x, y) _mm256_movemask_pd(_mm256_cmp_pd(x, y, _CMP_NLT_UQ))
#define CHOSEN(x, y, u, v) _mm256_blendv_pd(v, u, _mm256_cmp_pd(x, y, _CMP_GE_OQ))
#define TRUNCATED(x) _mm256_round_pd(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)
#else
#define VERSION avx512
#define TARGET __attribute__((target("avx512f")))
#define NUMBERS __m512d
#define INTEGERS __m512i
#define ALL(x) _mm512_set1_pd(x)
#define FUSED(x, y, z) _mm512_fmadd_pd(x, y, z)
#define NOT_BELOW(x, y) _mm512_cmp_pd_mask(x, y, _CMP_NLT_UQ)
#define CHOSEN(x, y, u, v) _mm512_mask_blend_pd(_mm512_cmp_pd_mask(x, y, _CMP_GE_OQ), v, u)
#define TRUNCATED(x) _mm512_roundscale_pd(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)
#endif

typedef uint64_t NAME(bits) __attribute__((vector_size(LANES * 8))); /* those of doubles; their sums may wrap around */

ALWAYS_INLINE TARGET NUMBERS NAME(size_of)(NUMBERS x)
{
    return (NUMBERS)((NAME(bits))x & ~(NAME(bits))ALL(-0.0));
}

ALWAYS_INLINE TARGET void NAME(in_vectors)(NUMBERS (*function)(NUMBERS), double *c, const double *a, ptrdiff_t n)
{
    NUMBERS x;
    ptrdiff_t i = 0;
    for (; n - i >= LANES; i += LANES) {
        memcpy(&x, a + i, sizeof x);
        x = function(x);
        memcpy(c + i, &x, sizeof x);
    }
    if (i < n) {
        x = ALL(0.0);
        memcpy(&x, a + i, (size_t)(n - i) * sizeof *a);
        x = function(x);
        memcpy(c + i, &x, (size_t)(n - i) * sizeof *c);
    }
}
