/* exp, and the sigmoid, most of whose time it takes. Python's math.exp is the C library's exp, whose last place no
 * standard settles. So the library that Python has loaded decides, and what is faster must first prove here that it
 * gives the same bits.
 *
 * The vectors compute what glibc does from 2.28 on where the processor can fuse multiply and add. The algorithm and
 * its constants are those of exp.c and exp_data.c in ARM's optimized-routines (MIT licence): x = k ln2/128 + r, with a
 * whole k and |r| hardly above ln2/256; then exp(x) is 2^(k/128), from a table, times exp(r), a polynomial. Here and in
 * tanh.c alone multiply and add are fused, by name and exactly where the library's compiler did so. */
#include "clock.h"
#include "kernels.h"
#include "library.h"
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
        c[i] = library_exp(a[i]);
}

/* Both forms in lists.py take e to the power of -|a|. */
static void sigmoid_library(double *c, const double *a, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const double e = library_exp(-fabs(a[i]));
        c[i] = (a[i] >= 0.0 ? 1.0 : e) / (1.0 + e);
    }
}

#if HAVE_X86

#include <immintrin.h>

#include "exp_powers.h"

static const double STEPS = 0x1.71547652b82fep+7;        /* 128/ln2 */
static const double MINUS_STEP = -0x1.62e42fefa0000p-8;  /* -ln2/128 without its last places */
static const double MINUS_REST = -0x1.cf79abc9e3b3ap-47; /* the last places of -ln2/128 */
static const double TO_WHOLE = 0x1.8p52;                 /* what is added to it has no places after the point */
static const double C2 = 0x1.ffffffffffdbdp-2, C3 = 0x1.555555555543cp-3; /* about 1/2! and 1/3! */
static const double C4 = 0x1.55555cf172b91p-5, C5 = 0x1.1111167a4d017p-7; /* about 1/4! and 1/5! */
static const double LIMIT = 512.0; /* from here on the library takes other branches; it is asked itself */

/* On some processors the instructions that gather are fast, on others they take several times as long as pairs from the
   table that are turned into two vectors. So there are two versions, and the clock chooses. (One plain loop with fma(),
   which compilers turn into vectors that gather, took 3 to 8 % longer than the better one with AVX-512, 17 % with AVX2
   alone: AMD EPYC, gcc 12 and clang 14.) */
#define LANES 4
#include "vectors.h"

ALWAYS_INLINE TARGET void look_up_avx2(__m256i which, __m256d *first, __m256d *second)
{
    const __m256d even = _mm256_set_m128d(_mm_loadu_pd(powers[which[2]]), _mm_loadu_pd(powers[which[0]]));
    const __m256d odd = _mm256_set_m128d(_mm_loadu_pd(powers[which[3]]), _mm_loadu_pd(powers[which[1]]));
    *first = _mm256_unpacklo_pd(even, odd);
    *second = _mm256_unpackhi_pd(even, odd);
}

#include "exp_vectors.h"
#undef LANES
#define LANES 8
#include "vectors.h"

ALWAYS_INLINE TARGET void look_up_avx512(__m512i which, __m512d *first, __m512d *second)
{
    const __m512i pairs = _mm512_slli_epi64(which, 1);
    *first = _mm512_i64gather_pd(pairs, &powers[0][0], sizeof(double));
    *second = _mm512_i64gather_pd(pairs, &powers[0][1], sizeof(double));
}

#include "exp_vectors.h"
#undef LANES

/* Whether a version gives what the library does, for x, the number before it and the two after it, and for the same
   around y: as many as the widest vectors hold. */
static int agree_around(const struct version *version, double x, double y)
{
    double a[8], c[8];
    for (int i = 0; i < 8; i++) {
        uint64_t bits;
        memcpy(&bits, i < 4 ? &x : &y, sizeof bits);
        bits += (uint64_t)(i % 4) - 1;
        memcpy(&a[i], &bits, sizeof bits);
    }
    version->exp(c, a, 8);
    for (int i = 0; i < 8; i++)
        a[i] = library_exp(a[i]);
    return memcmp(a, c, sizeof a) == 0;
}

/* Where a library may take another branch: the results are the greatest, the least normal, and the least of all. */
static const double branches[] = {
    709.782712893384, -708.3964185322641, -745.1332191019411, INFINITY, -INFINITY, NAN,
};

/* Rounding a product before one of the sums inside of exp changes about one result in 10^10. These arguments are such:
   each row tells whether the library rounds there. (For `high` none has been found in 10^10.) */
static const double telling[] = {
    -0x1.ec9155c84ac89p+3, -0x1.95515c3f507eap+2,                        /* shifted */
    -0x1.57822f7afed91p+8, -0x1.57822ec89bf84p+8, -0x1.5782356287ec1p+7, /* r */
    -0x1.6dba0332eaa08p+3, -0x1.edb4b159a7984p+2, -0x1.1aaa4fd6e3aa2p+3, /* low */
    -0x1.cc59a9e8784eap+3, -0x1.3c1dbc0b255e8p+2, -0x1.f7c7c0a82fa73p+3, /* first */
    -0x1.03835e02f1bf9p-9, -0x1.36925d7fec095p-9, 0x1.2cccc732f1179p-9,  /* rise */
    -0x1.17f536eb02a43p+3, -0x1.766b999fce72ep+3, -0x1.135d5449ca4aap+2, /* the result */
};

/* The proof: some 90,000 numbers in less than a millisecond. It cannot try them all; it shows that the library takes
   the same steps. */
static int gives_the_bits_of_the_library(const struct version *version)
{
    for (size_t i = 0; i < sizeof branches / sizeof *branches; i++)
        if (!agree_around(version, branches[i], -branches[i]))
            return 0;
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (!agree_around(version, telling[i], -telling[i]))
            return 0;

    /* Every exponent up to the limit's, both signs: a power of two, and some number behind it. Among these are both
       zeros, subnormals, and 2^-54. */
    for (int exponent = -1074; exponent <= 9; exponent++)
        for (int sign = -1; sign <= 1; sign += 2)
            if (!agree_around(version, sign * ldexp(1.0, exponent), sign * ldexp(1.618033988749895, exponent)))
                return 0;

    /* In steps of half of ln2/128: at whole ones r is about 0, between them k changes, and somewhere in each step. All
       of them up to 5.5, where most are; then every 73rd, which leaves out no element of the table. */
    const double half = 0x1.62e42fefa39efp-9;
    const int last = (int)(LIMIT / half);
    double somewhere = 0.0;
    for (int i = -last; i <= last; i += i > -2048 && i < 2048 ? 1 : 73) {
        somewhere += somewhere < 0.5 ? 0.3819660112501051 : -0.6180339887498949;
        if (!agree_around(version, i * half, (i + somewhere) * half))
            return 0;
    }
    return 1;
}

#endif

static const struct version versions[] = {
    [PGN_EXP_LIBRARY] = {exp_library, sigmoid_library},
#if HAVE_X86
    [PGN_EXP_AVX2] = {exp_avx2, sigmoid_avx2},
    [PGN_EXP_AVX512] = {exp_avx512, sigmoid_avx512},
#endif
};

static int runs_here(int version)
{
#if HAVE_X86
    if (version != PGN_EXP_LIBRARY)
        return pgn_vectors_run_here(version);
#endif
    return version == PGN_EXP_LIBRARY;
}

/* Whether it runs here, and gives the right bits. */
static int may_be_used(int version)
{
#if HAVE_X86
    if (version != PGN_EXP_LIBRARY)
        return runs_here(version) && gives_the_bits_of_the_library(&versions[version]);
#endif
    return runs_here(version);
}

/* How long a version takes, in nanoseconds: the best of a few times, each some 20 µs. */
static int64_t time_of(int version)
{
    enum { N = 512, PASSES = 32, TIMES = 5 };
    double a[N], c[N];
    int64_t least = INT64_MAX;
    for (int i = 0; i < N; i++)
        a[i] = (i - N / 2) * 0.03;
    for (int time = 0; time < TIMES; time++) {
        const int64_t start = nanoseconds();
        for (int pass = 0; pass < PASSES; pass++)
            versions[version].sigmoid(c, a, N);
        const int64_t passed = nanoseconds() - start;
        if (passed >= 0 && passed < least) /* below 0, the clock was set back */
            least = passed;
    }
    return least;
}

/* The fastest one. What is slower needs no proof. */
static int fastest(void)
{
    int found = PGN_EXP_LIBRARY;
    int64_t least = time_of(found);
    for (int version = PGN_EXP_AVX512; version > PGN_EXP_LIBRARY; version--)
        if (runs_here(version)) {
            const int64_t time = time_of(version);
            if (time < least && may_be_used(version)) {
                found = version;
                least = time;
            }
        }
    return found;
}

static atomic_int chosen_version = -1; /* below 0: not chosen yet */

int pgn_set_exp(int version)
{
    if (!may_be_used(version))
        return 1;
    atomic_store(&chosen_version, version);
    return 0;
}

int pgn_get_exp(void)
{
    int version = atomic_load_explicit(&chosen_version, memory_order_relaxed);
    if (version < 0) {
        const int found = fastest();
        if (atomic_compare_exchange_strong(&chosen_version, &version, found))
            version = found; /* else another thread has been sooner */
    }
    return version;
}

void pgn_exp(double *c, const double *a, const double *b, double number, ptrdiff_t n)
{
    (void)b, (void)number;
    versions[pgn_get_exp()].exp(c, a, n);
}

void pgn_sigmoid(double *c, const double *a, const double *b, double number, ptrdiff_t n)
{
    (void)b, (void)number;
    versions[pgn_get_exp()].sigmoid(c, a, n);
}
