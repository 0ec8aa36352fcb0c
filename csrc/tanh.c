/* tanh: as with exp, Python's is the C library's, and vectors must prove here that they give the same bits.
 *
 * They compute what glibc does where the processor can fuse multiply and add. The algorithm and its constants are those of
 * s_tanh.c and s_expm1.c in fdlibm (Sun Microsystems, 1993, freely granted), with the sums of its polynomial in glibc's
 * order: tanh|a| is 1 - 2 / (e^(2|a|) + 1) from 1 on, and below it -m / (m + 2), where m = e^(-2|a|) - 1. As in exp.c,
 * multiply and add are fused by name, exactly where the library's compiler did so. */
#include "kernels.h"
#include "library.h"
#include "processors.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

typedef void (*tanh_function)(double *c, const double *a, ptrdiff_t n);

static void tanh_library(double *c, const double *a, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        c[i] = library_tanh(a[i]);
}

#if HAVE_X86

#include <immintrin.h>

static const double INVERSE_LN2 = 0x1.71547652b82fep+0;
static const double LN2_HIGH = 0x1.62e42fee00000p-1, LN2_LOW = 0x1.a39ef35793c76p-33; /* ln2 in two parts */
static const double Q1 = -0x1.11111111110f4p-5, Q2 = 0x1.a01a019fe5585p-10, Q3 = -0x1.4ce199eaadbb7p-14;
static const double Q4 = 0x1.0cfca86e65239p-18, Q5 = -0x1.afdb76e09c32dp-23;
static const double TO_WHOLE = 0x1.8p52;        /* a whole number that is added to it stands in the last bits */
static const double NOT_REDUCED = 0x1.62e43p-2; /* below that, about ln2/2, k is 0 */
static const double LIMIT = 22.0;               /* from here on the result is 1 */
static const double SMALLEST = 0x1p-55;         /* below that, it is the argument */

#define LANES 4
#include "vectors.h"

#include "tanh_vectors.h"
#undef LANES
#define LANES 8
#include "vectors.h"

#include "tanh_vectors.h"
#undef LANES

static int agree(tanh_function tanh, const double *a)
{
    double c[8];
    tanh(c, a, 8);
    for (int i = 0; i < 8; i++) {
        const double right = library_tanh(a[i]);
        if (memcmp(&c[i], &right, sizeof right) != 0)
            return 0;
    }
    return 1;
}

/* Rounding a product before one of the sums changes at most one result in some thousand, often none in 10^7. These arguments
   are such: each row tells whether the library rounds there. */
static const double telling[] = {
    0x1.15c8e341e02f8p-3, 0x1.d23bdbc9d6e1bp-4, 0x1.07de079501273p-1, 0x1.822c4a520006cp-4, /* 1 + h Q1 */
    0x1.a83021b1e4166p-3, 0x1.a861d2c9d5a39p-1, 0x1.805ecd4fd3945p-4, 0x1.024c35c60201dp-3, /* t */
    0x1.0d77d9cdc37e3p-3, 0x1.eb826ea06a6c2p-2, 0x1.2c7bcb4343f43p-3, 0x1.805ecd4fd3945p-4, /* 6 - x t */
    0x1.2552b109f1e9ap-3, 0x1.250f0086839e3p-3, 0x1.30615ef7ac034p-4, 0x1.f26d4dd981f86p-4, /* near zero */
    0x1.99e3e472f8bcdp-3, 0x1.a72202ae36144p-3, 0x1.155c7f2158219p-1, 0x1.a83021b1e4166p-3, /* e */
};

/* The proof: some 20,000 numbers in less than a millisecond. */
static int gives_the_bits_of_the_library(tanh_function tanh)
{
    static const double branches[] = {0.0, 0x1.62e42ffffffffp-3, 0x1.62e43p-3, 1.0, 22.0, INFINITY, 1e300, 5e-324};
    if (!agree(tanh, branches))
        return 0;
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i += 4) {
        const double *const x = telling + i, a[8] = {x[0], x[1], x[2], x[3], -x[0], -x[1], -x[2], -x[3]};
        if (!agree(tanh, a))
            return 0;
    }
    for (int exponent = -1074; exponent < 6; exponent++) {
        const double x = ldexp(1.0, exponent), y = ldexp(1.618033988749895, exponent);
        const double a[8] = {x, -x, nextafter(x, 0.0), nextafter(-x, 0.0), y, -y, 0.7 * y, -0.9 * y};
        if (!agree(tanh, a))
            return 0;
    }
    double x = 0.0;
    for (int i = 0; i < 1500; i++) { /* at distances that make no pattern */
        double a[8];
        for (int j = 0; j < 8; j++) {
            x += x < 22.0 ? 0.01618033988749895 : -22.0;
            a[j] = (i + j) % 2 ? x : 0.05 * x - 0.55;
        }
        if (!agree(tanh, a))
            return 0;
    }
    return 1;
}

#endif

static const tanh_function versions[] = {
    [PGN_EXP_LIBRARY] = tanh_library,
#if HAVE_X86
    [PGN_EXP_AVX2] = tanh_avx2,
    [PGN_EXP_AVX512] = tanh_avx512,
#endif
};

/* Whether it runs here, and gives the right bits. */
static int may_be_used(int version)
{
#if HAVE_X86
    if (version != PGN_EXP_LIBRARY)
        return pgn_vectors_run_here(version) && gives_the_bits_of_the_library(versions[version]);
#endif
    return version == PGN_EXP_LIBRARY;
}

static atomic_int chosen_version = -1; /* below 0: not chosen yet */

int pgn_set_tanh(int version)
{
    if (!may_be_used(version))
        return 1;
    atomic_store(&chosen_version, version);
    return 0;
}

int pgn_get_tanh(void)
{
    int version = atomic_load_explicit(&chosen_version, memory_order_relaxed);
    if (version < 0) {
        int found = PGN_EXP_AVX512; /* the widest; nothing is gathered here, so that it is the fastest, too */
        while (!may_be_used(found))
            found--;
        if (atomic_compare_exchange_strong(&chosen_version, &version, found))
            version = found; /* else another thread has been sooner */
    }
    return version;
}

void pgn_tanh(double *c, const double *a, const double *b, double number, ptrdiff_t n)
{
    (void)b, (void)number;
    versions[pgn_get_tanh()](c, a, n);
}
