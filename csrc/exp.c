/* exp, and the sigmoid, most of whose time it takes. Python's math.exp is the C library's exp, whose last place no
 * standard settles. So the library decides, and what is faster must first prove here that it gives the same bits.
 *
 * The vectors compute what glibc does from 2.28 on where the processor can fuse multiply and add. The algorithm and
 * its constants are those of exp.c and exp_data.c in ARM's optimized-routines (MIT licence): x = k ln2/128 + r, with a
 * whole k and |r| hardly above ln2/256; then exp(x) is 2^(k/128), from a table, times exp(r), a polynomial. In this
 * file alone multiply and add are fused, by name and exactly where the library's compiler did so. */
#include "kernels.h"
#include "processors.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* One of the ways to compute exp, and the sigmoid by way of it. */
struct version {
    void (*exp)(double *c, const double *a, ptrdiff_t n);
    void (*sigmoid)(double *c, const double *a, ptrdiff_t n);
};

static void exp_library(double *c, const double *a, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        c[i] = exp(a[i]);
}

/* Both forms in lists.py take e to the power of -|a|. */
static void sigmoid_library(double *c, const double *a, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const double e = exp(-fabs(a[i]));
        c[i] = (a[i] >= 0.0 ? 1.0 : e) / (1.0 + e);
    }
}

#if HAVE_X86

#include <immintrin.h>

#include "exp_powers.h"

#define TARGET __attribute__((target("avx2,fma")))
#define ALL(x) _mm256_set1_pd(x)

static const double STEPS = 0x1.71547652b82fep+7; /* 128/ln2 */
static const double MINUS_STEP = -0x1.62e42fefa0000p-8; /* ln2/128, but for its last places, */
static const double MINUS_REST = -0x1.cf79abc9e3b3ap-47; /* which are these */
static const double TO_WHOLE = 0x1.8p52; /* what is added to it has no places after the point */
static const double C2 = 0x1.ffffffffffdbdp-2, C3 = 0x1.555555555543cp-3; /* about 1/2! and 1/3!, */
static const double C4 = 0x1.55555cf172b91p-5, C5 = 0x1.1111167a4d017p-7; /* 1/4! and 1/5! */
static const double LIMIT = 512.0; /* from here on the library takes other branches; it is asked itself */

/* exp of four numbers below LIMIT; of other numbers, something. */
ALWAYS_INLINE TARGET __m256d exp_within_limit(__m256d x)
{
    const __m256d shifted = _mm256_fmadd_pd(x, ALL(STEPS), ALL(TO_WHOLE));
    const __m256d k = _mm256_sub_pd(shifted, ALL(TO_WHOLE));
    const __m256d r = _mm256_fmadd_pd(k, ALL(MINUS_REST), _mm256_fmadd_pd(k, ALL(MINUS_STEP), x));

    /* k stands in the last bits of the shifted number. Its lowest seven choose from the table, the others are the
       exponent. Four pairs, turned into two vectors, come sooner than with the instruction that gathers. */
    const __m256i bits = _mm256_castpd_si256(shifted), which = _mm256_and_si256(bits, _mm256_set1_epi64x(127));
    const __m128d p0 = _mm_loadu_pd(powers[which[0]]), p1 = _mm_loadu_pd(powers[which[1]]);
    const __m128d p2 = _mm_loadu_pd(powers[which[2]]), p3 = _mm_loadu_pd(powers[which[3]]);
    const __m256d even = _mm256_set_m128d(p2, p0), odd = _mm256_set_m128d(p3, p1);
    const __m256d rest = _mm256_unpacklo_pd(even, odd), power = _mm256_unpackhi_pd(even, odd);
    const __m256i exponent = _mm256_slli_epi64(_mm256_sub_epi64(bits, which), 52 - 7);
    const __m256d scale = _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(power), exponent));

    const __m256d r2 = _mm256_mul_pd(r, r);
    const __m256d low = _mm256_fmadd_pd(r, ALL(C3), ALL(C2)), high = _mm256_fmadd_pd(r, ALL(C5), ALL(C4));
    const __m256d first = _mm256_fmadd_pd(r2, low, _mm256_add_pd(rest, r));
    const __m256d rise = _mm256_fmadd_pd(_mm256_mul_pd(r2, r2), high, first); /* exp(r) - 1, and the power's rest */
    return _mm256_fmadd_pd(scale, rise, scale);
}

ALWAYS_INLINE TARGET __m256d exp_of(__m256d x)
{
    __m256d y = exp_within_limit(x);
    const __m256d size = _mm256_andnot_pd(ALL(-0.0), x);
    const int beyond = _mm256_movemask_pd(_mm256_cmp_pd(size, ALL(LIMIT), _CMP_NLT_UQ)); /* or NaN */
    if (__builtin_expect(beyond, 0))
        for (int i = 0; i < 4; i++)
            if (beyond >> i & 1)
                y[i] = exp(x[i]);
    return y;
}

ALWAYS_INLINE TARGET __m256d sigmoid_of(__m256d a)
{
    const __m256d e = exp_of(_mm256_or_pd(a, ALL(-0.0))); /* of -|a| */
    const __m256d not_negative = _mm256_cmp_pd(a, _mm256_setzero_pd(), _CMP_GE_OQ);
    return _mm256_div_pd(_mm256_blendv_pd(e, ALL(1.0), not_negative), _mm256_add_pd(ALL(1.0), e));
}

ALWAYS_INLINE TARGET void in_fours(__m256d (*function)(__m256d), double *c, const double *a, ptrdiff_t n)
{
    ptrdiff_t i = 0;
    for (; n - i >= 4; i += 4)
        _mm256_storeu_pd(c + i, function(_mm256_loadu_pd(a + i)));
    if (i < n) {
        double last[4] = {0.0};
        memcpy(last, a + i, (size_t)(n - i) * sizeof *a);
        _mm256_storeu_pd(last, function(_mm256_loadu_pd(last)));
        memcpy(c + i, last, (size_t)(n - i) * sizeof *c);
    }
}

TARGET static void exp_avx2(double *c, const double *a, ptrdiff_t n)
{
    in_fours(exp_of, c, a, n);
}

TARGET static void sigmoid_avx2(double *c, const double *a, ptrdiff_t n)
{
    in_fours(sigmoid_of, c, a, n);
}

/* Whether both give the same for x, the number before it and the two after it. */
static int agree_around(double x)
{
    uint64_t bits;
    double a[4], c[4];
    memcpy(&bits, &x, sizeof x);
    for (int i = 0; i < 4; i++) {
        const uint64_t neighbour = bits + (uint64_t)i - 1;
        memcpy(&a[i], &neighbour, sizeof neighbour);
    }
    exp_avx2(c, a, 4);
    for (int i = 0; i < 4; i++)
        a[i] = exp(a[i]);
    return memcmp(a, c, sizeof a) == 0;
}

/* Where a library may take another branch: the results are the greatest, the least normal, and the least of all. */
static const double branches[] = {
    709.782712893384, -708.3964185322641, -745.1332191019411, INFINITY, -INFINITY, NAN,
};

/* A rounding inside of exp may show in its result once in 10^10 numbers. Here they do: each row's results would be
   others if the library rounded the product in that sum. (For `high` none has been found in 10^10.) */
static const double telling[] = {
    -0x1.ec9155c84ac89p+3, -0x1.95515c3f507eap+2,                       /* shifted */
    -0x1.57822f7afed91p+8, -0x1.57822ec89bf84p+8, -0x1.5782356287ec1p+7, /* r */
    -0x1.6dba0332eaa08p+3, -0x1.edb4b159a7984p+2, -0x1.1aaa4fd6e3aa2p+3, /* low */
    -0x1.cc59a9e8784eap+3, -0x1.3c1dbc0b255e8p+2, -0x1.f7c7c0a82fa73p+3, /* first */
    -0x1.03835e02f1bf9p-9, -0x1.36925d7fec095p-9, 0x1.2cccc732f1179p-9,  /* rise */
    -0x1.17f536eb02a43p+3, -0x1.766b999fce72ep+3, -0x1.135d5449ca4aap+2, /* the result */
};

/* The proof: some 80,000 numbers in less than a millisecond. It cannot try them all; it shows that the library takes
   the same steps. */
static int gives_the_bits_of_the_library(void)
{
    for (size_t i = 0; i < sizeof branches / sizeof *branches; i++)
        if (!agree_around(branches[i]))
            return 0;
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (!agree_around(telling[i]))
            return 0;

    /* Every exponent up to the limit's, both signs: a power of two, and some number behind it. Among these are both
       zeros, subnormals, and 2^-54. */
    for (int exponent = -1074; exponent <= 9; exponent++)
        for (int sign = -1; sign <= 1; sign += 2)
            if (!agree_around(sign * ldexp(1.0, exponent)) || !agree_around(sign * ldexp(1.618033988749895, exponent)))
                return 0;

    /* In steps of half of ln2/128: at whole ones r is about 0, between them k changes, and somewhere in each step. All
       of them up to 5.5, where most are; then every 73rd, which leaves out no element of the table. */
    const double half = 0x1.62e42fefa39efp-9;
    const int last = (int)(LIMIT / half);
    double somewhere = 0.0;
    for (int i = -last; i <= last; i += i > -2048 && i < 2048 ? 1 : 73) {
        somewhere += somewhere < 0.5 ? 0.3819660112501051 : -0.6180339887498949;
        if (!agree_around(i * half) || !agree_around((i + somewhere) * half))
            return 0;
    }
    return 1;
}

#endif

static const struct version versions[] = {
    [PGN_EXP_LIBRARY] = {exp_library, sigmoid_library},
#if HAVE_X86
    [PGN_EXP_AVX2] = {exp_avx2, sigmoid_avx2},
#endif
};

static int runs_here(int version)
{
    switch (version) {
    case PGN_EXP_LIBRARY:
        return 1;
#if HAVE_X86
    case PGN_EXP_AVX2:
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && gives_the_bits_of_the_library();
#endif
    default:
        return 0;
    }
}

static atomic_int chosen_version = -1; /* below 0: not chosen yet */

int pgn_set_exp(int version)
{
    if (!runs_here(version))
        return 1;
    atomic_store(&chosen_version, version);
    return 0;
}

int pgn_get_exp(void)
{
    int version = atomic_load_explicit(&chosen_version, memory_order_relaxed);
    if (version < 0) {
        version = runs_here(PGN_EXP_AVX2) ? PGN_EXP_AVX2 : PGN_EXP_LIBRARY;
        atomic_store(&chosen_version, version);
    }
    return version;
}

void pgn_exp(double *c, const double *a, ptrdiff_t n)
{
    versions[pgn_get_exp()].exp(c, a, n);
}

void pgn_sigmoid(double *c, const double *a, ptrdiff_t n)
{
    versions[pgn_get_exp()].sigmoid(c, a, n);
}
