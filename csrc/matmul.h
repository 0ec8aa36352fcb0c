/* What the files of the matrix products share. Every element of C is s = 0.0, then s += A[i][k] · B[k][j] for k
 * ascending, the product rounded, then the sum: the loop of lists.py, bit for bit. Work is shared out only across
 * elements of C: over the lanes of a vector, the tiles of a block and the threads.
 *
 *     matmul.c         the plain loop, and which way is taken for which product
 *     matmul_paths.c   tiles and panels, once for each kind of processor: matmul_tile.h, matmul_sparse.h
 *     matmul_large.c   large products, block by block, and what threads share */
#ifndef PGN_MATMUL_H
#define PGN_MATMUL_H
#include "kernels.h"
#include "processors.h"

#ifdef __FAST_MATH__
#error "-ffast-math reorders sums, so the bits would differ: build without it"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF /* GCC does not know the pragma; it gets -ffp-contract=off on the command line */
#endif

/* Sizes, measured on Zen 4, with 32 KB of first cache and 1 MB of second, and on Emerald Rapids, with 48 and 2 MB. */
enum {
    DEPTH = 256,     /* most terms of a sum per block: a panel of B, DEPTH × 8, is 16 KB */
    BLOCK_ROWS = 48, /* most rows of A per block: 100 KB of the second cache */
    TILES_ROWS = 12, /* rows that are full tiles on every path with blocks */
    STRIP = 64,      /* columns of B that a thread packs at a time */
    COPY_ROWS = 32,  /* from so many rows on, a panel of B is used often enough to be copied together first */
    CACHE_LINE = 64  /* bytes; packed vectors do not straddle two */
};

/* A path: its products in one piece, for which A is packed if there is room, the two halves of a block of a large one,
   and some rows of one whose A has many zeros. The plain path has none of them. */
struct kernels {
    void (*whole)(const struct pgn_product *, double *packed_a);
    void (*pack_b)(const struct pgn_product *, double *packed_b, ptrdiff_t first, ptrdiff_t last);
    void (*rows)(const struct pgn_product *, const double *packed_b, ptrdiff_t row, ptrdiff_t rows, double *packed_a);
    void (*sparse)(const struct pgn_product *, ptrdiff_t row, ptrdiff_t rows);
    ptrdiff_t lanes, strip;       /* doubles in a vector; columns at a time of a product with many zeros */
    const struct kernels *narrow; /* NULL, or the path whose vectors fit a few columns better */
};

/* matmul_paths.c: the path in use */
const struct kernels *path_in_use(void);

/* matmul_large.c: a large product, as pgn_multiply_piece takes it */
int large_product(const struct pgn_product *p, const struct kernels *kernels, void *room, size_t room_size);

/* A product whose A has many zeros, and whose columns fill strips. */
void sparse_product(const struct pgn_product *p, const struct kernels *kernels);

/* Whether a product is so large that it is packed. */
int is_large(const struct pgn_product *p, const struct kernels *kernels);

/* The bias from column j on, for a piece that ends before the term k: only the last one adds it. */
static inline const double *bias_of(const struct pgn_product *p, ptrdiff_t j, ptrdiff_t k)
{
    return p->bias && k == p->inner ? p->bias + j : NULL;
}

static inline ptrdiff_t smaller(ptrdiff_t x, ptrdiff_t y)
{
    return x < y ? x : y;
}

/* How many terms there are: more, perhaps, than a ptrdiff_t holds. */
static inline double terms_of(const struct pgn_product *p)
{
    return (double)p->rows * (double)p->inner * (double)p->columns;
}

/* How many of the remaining terms the next block takes: the blocks are of one size, so that none is short. */
static inline ptrdiff_t block_depth(ptrdiff_t terms)
{
    const ptrdiff_t blocks = (terms + DEPTH - 1) / DEPTH;
    return blocks == 1 ? terms : (terms + blocks - 1) / blocks;
}

#endif
