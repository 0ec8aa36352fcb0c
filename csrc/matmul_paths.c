/* The kinds of processor that this build knows, and the tiles and panels of a product for each of them. */
#include "matmul.h"

#include <stdatomic.h>
#include <string.h>

#if HAVE_VECTORS

/* A panel of C: all rows, the width of a tile, over one block of terms. If packed, A and B lie in the order in which
   the tiles read them, and their strides are the tile's sizes. */
struct panel {
    double *c;
    const double *a, *b;
    ptrdiff_t c_row, a_row, a_column, b_row, rows, depth, width;
    int go_on, packed;
    const double *bias; /* NULL, or what is added to the columns, if these are the last terms */
};

/* The bits of 64 numbers, as a matrix, transposed: halves of it change places, then quarters within the halves … */
static void transpose_bits(uint64_t *rows)
{
    uint64_t low = 0xFFFFFFFFu; /* the columns of the first of two neighbouring squares */
    for (int side = 32; side; side /= 2, low ^= low << side)
        for (int i = 0; i < 64; i = (i + side + 1) & ~side) {
            const uint64_t other = (rows[i] >> side ^ rows[i + side]) & low;
            rows[i] ^= other << side;
            rows[i + side] ^= other;
        }
}

/* How many of B's rows, if they hold less than a vector, may be read as whole vectors all the same: behind all but the
   last of them lies the next row. 0 where a copy of B is needed anyway, or costs less than one block of terms more. */
static ptrdiff_t rows_read_as_vectors(const struct pgn_product *p, ptrdiff_t lanes)
{
    if (p->columns >= lanes || p->b_column != 1 || p->inner < 64)
        return 0;
    return p->inner - (lanes - p->columns + p->b_row - 1) / p->b_row;
}

enum { SPARSE_SIDE = 64 }; /* of the blocks of A in which zeros are looked for: a row's nonzeros are a number's bits */

/* Makes a vector of the type double; it may lie wherever a double lies. */
#define VECTOR_OF(lanes) __attribute__((vector_size((lanes) * 8), aligned(8), may_alias))
/* A tile's sums stay in registers only if the loops over them are gone; Clang sees to that by itself. */
#ifdef __clang__
#define UNROLLED
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

#define NAME(name) JOIN(name, PATH)

#define PATH baseline
#define TARGET
#define LANES 2
#define VECTORS 2
#ifdef __aarch64__
#define ROWS 12 /* of 32 registers */
#else
#define ROWS 6 /* of 16 registers */
#endif
#define TALL 8
#define BLOCKS 1
#include "matmul_tile.h"

#endif

#if HAVE_X86

#include <immintrin.h>

#define PATH avx2
#define TARGET __attribute__((target("avx2,bmi")))
#define LANES 4
#define VECTORS 2
#define ROWS 6
#define TALL 8
#define BLOCKS 1
#define NONZEROS(line) _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(line), _mm256_setzero_pd(), _CMP_NEQ_UQ))
#include "matmul_tile.h"

/* The registers of AVX-512, twice as many, with the vectors of AVX2, which fit narrow products better. */
#define PATH avx512vl
#define TARGET __attribute__((target("avx512f,avx512vl")))
#define LANES 4
#define VECTORS 3
#define ROWS 8
#define TALL 8
#define BLOCKS 0
#include "matmul_tile.h"

/* One vector wide: then the multiplication itself spreads A's element over the lanes. For two vectors an instruction of
   its own would do that, which takes the time of the 512-bit units: a quarter slower on Zen 4. */
#define PATH avx512
#define TARGET __attribute__((target("avx512f,bmi")))
#define LANES 8
#define VECTORS 1
#define ROWS 12
#define TALL 8
#define BLOCKS 1
#define NONZEROS(line) _mm512_cmp_pd_mask(_mm512_loadu_pd(line), _mm512_setzero_pd(), _CMP_NEQ_UQ)
#include "matmul_tile.h"

#endif

static const struct kernels paths[] = {
    [PGN_PLAIN] = {NULL, NULL, NULL, NULL, 1, 0, NULL},
#if HAVE_VECTORS
    [PGN_BASELINE] = {whole_baseline, pack_b_baseline, rows_baseline, sparse_baseline, 2, 16, NULL},
#endif
#if HAVE_X86
    [PGN_AVX2] = {whole_avx2, pack_b_avx2, rows_avx2, sparse_avx2, 4, 32, NULL},
    [PGN_AVX512VL] = {whole_avx512vl, NULL, NULL, NULL, 4, 0, NULL},
    [PGN_AVX512] = {whole_avx512, pack_b_avx512, rows_avx512, sparse_avx512, 8, 32, &paths[PGN_AVX512VL]},
#endif
};

static int runs_here(int path)
{
    switch (path) {
    case PGN_PLAIN:
        return 1;
#if HAVE_VECTORS
    case PGN_BASELINE:
        return 1;
#endif
#if HAVE_X86
    case PGN_AVX2:
        return pgn_processor_has(HAS_AVX2 | HAS_BMI);
    case PGN_AVX512VL:
    case PGN_AVX512:
        return pgn_processor_has(HAS_AVX2 | HAS_BMI | HAS_AVX512F | HAS_AVX512VL);
#endif
    default:
        return 0;
    }
}

/* Below 0: not chosen yet. */
static atomic_int chosen_path = -1;

int pgn_set_path(int path)
{
    if (!runs_here(path))
        return 1;
    atomic_store(&chosen_path, path);
    return 0;
}

int pgn_get_path(void)
{
    int path = atomic_load_explicit(&chosen_path, memory_order_relaxed);
    if (path < 0) {
        path = PGN_AVX512;
        while (!runs_here(path))
            path--;
        atomic_store(&chosen_path, path);
    }
    return path;
}

const struct kernels *path_in_use(void)
{
    return &paths[pgn_get_path()];
}
