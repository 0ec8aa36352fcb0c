/* matmul.c: the matrix products, one thread or several, for the processor at hand.

   Every element of C is s = 0.0, then s += A[i][k] · B[k][j] for k ascending, the product rounded, then the sum: the
   loop of lists.py, bit for bit. Work is shared out only across elements of C: over the lanes of a vector, the tiles
   of a block and the threads. The tiles themselves are in matmul_tile.h, which is included here once per path. */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "processors.h"

#ifdef __FAST_MATH__
#error "-ffast-math reorders sums, so the bits would differ: build without it"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF /* GCC does not know the pragma; it gets -ffp-contract=off on the command line */
#endif

/* Threads come from POSIX where that exists; elsewhere everything runs on the calling thread. */
#if !defined _WIN32 && !defined __wasi__
#define HAVE_THREADS 1
#include <pthread.h>
#include <sched.h>
#else
#define HAVE_THREADS 0
#endif

/* Sizes, measured on Zen 4 with 1 MB of second cache. */
enum {
    DEPTH = 512,            /* most terms of a sum per block: a panel of B, DEPTH × 8, is 32 KB */
    BLOCK_ROWS = 48,        /* most rows of A per block: 200 KB of the second cache */
    TILES_ROWS = 12,        /* rows that are full tiles on every path */
    BLOCK_COLUMNS = 1024,   /* columns of B per block: 4 MB of the third cache */
    STRIP = 64,             /* columns of B that a thread packs at a time */
    COLUMN_ROWS = 8,        /* sums at a time of a product with one column */
    FEW_ROWS = 96,          /* at most so many are packed whole, and B a panel at a time: 400 KB, and no copy of B */
    COPY_ROWS = 32,         /* from so many rows on, a panel of B is used often enough to be copied together first */
    PACKED_TERMS = 1 << 19, /* from so many terms on, packing costs less than it saves */
    THREAD_TERMS = 1 << 22, /* no thread is started for less than these terms of a block: some 0.2 ms */
    CACHE_LINE = 64         /* bytes; packed vectors do not straddle two */
};

/* C = A · B, or a block of it, as pgn_matmul_piece takes it. */
struct product {
    double *c;
    const double *a, *b;
    ptrdiff_t c_row, a_row, a_column, b_row, b_column, rows, inner, columns;
    int go_on;
};

/* A block of a large product: at most DEPTH terms and about BLOCK_COLUMNS columns. */
struct block {
    struct product product;
    double *packed_b;
    const struct kernels *kernels;
    ptrdiff_t strips, threads;
    atomic_ptrdiff_t next_strip, packed_strips; /* the first that no thread has taken yet; how many are ready */
    atomic_ptrdiff_t next_row;                  /* the first row that no thread has taken yet */
};

static ptrdiff_t smaller(ptrdiff_t x, ptrdiff_t y)
{
    return x < y ? x : y;
}

/* Any product, on any compiler: the formula, a row of C at a time. The other paths are tested against it. */
static void plain(const struct product *p)
{
    for (ptrdiff_t i = 0; i < p->rows; i++) {
        double *restrict const c = p->c + i * p->c_row;
        for (ptrdiff_t j = 0; j < p->columns && !p->go_on; j++)
            c[j] = 0.0;
        for (ptrdiff_t k = 0; k < p->inner; k++) {
            const double a = p->a[i * p->a_row + k * p->a_column];
            const double *const b = p->b + k * p->b_row;
            for (ptrdiff_t j = 0; j < p->columns; j++) {
                const double product = a * b[j * p->b_column];
                c[j] += product;
            }
        }
    }
}

/* `rows` neighbouring sums of a product with one column. The number is a constant only inside the caller, and only then do
   the sums stay in registers. */
ALWAYS_INLINE void column_part(const int rows, const struct product *p, ptrdiff_t row)
{
    const ptrdiff_t inner = p->inner;
    const double *const a = p->a + row * p->a_row;
    double *const c = p->c + row * p->c_row;
    double sums[COLUMN_ROWS];
    for (int i = 0; i < rows; i++)
        sums[i] = p->go_on ? c[i * p->c_row] : 0.0;
    for (ptrdiff_t k = 0; k < inner; k++) {
        const double b = p->b[k * p->b_row];
        for (int i = 0; i < rows; i++) {
            const double product = a[i * p->a_row + k * p->a_column] * b;
            sums[i] += product;
        }
    }
    for (int i = 0; i < rows; i++)
        c[i * p->c_row] = sums[i];
}

/* A product with one column: its sums have no neighbours in their rows. */
static void one_column(const struct product *p)
{
    ptrdiff_t row = 0;
    for (; p->rows - row >= COLUMN_ROWS; row += COLUMN_ROWS)
        column_part(COLUMN_ROWS, p, row);
    const ptrdiff_t left = p->rows - row;
    if (left & 4)
        column_part(4, p, row);
    if (left & 2)
        column_part(2, p, row + (left & 4));
    if (left & 1)
        column_part(1, p, p->rows - 1);
}

/* A product with one term a sum, which starts from 0.0, and with B's rows contiguous. */
ALSO_FOR_AVX2
static void one_term(const struct product *p)
{
    for (ptrdiff_t i = 0; i < p->rows; i++) {
        double *restrict const c = p->c + i * p->c_row;
        const double a = p->a[i * p->a_row];
        for (ptrdiff_t j = 0; j < p->columns; j++) {
            const double product = a * p->b[j];
            c[j] = 0.0 + product;
        }
    }
}

/* How many of the remaining terms the next block takes: the blocks are of one size, so that none is short. */
static ptrdiff_t block_depth(ptrdiff_t terms)
{
    const ptrdiff_t blocks = (terms + DEPTH - 1) / DEPTH;
    return (terms + blocks - 1) / blocks;
}

#if HAVE_VECTORS

/* A panel of C: all rows, the width of a tile, over one block of terms. If packed, A and B lie in the order in which
   the tiles read them, and their strides are the tile's sizes. */
struct panel {
    double *c;
    const double *a, *b;
    ptrdiff_t c_row, a_row, a_column, b_row, rows, depth, width;
    int go_on, packed;
};

/* How many of B's rows, if they hold less than a vector, may be read as whole vectors all the same: behind all but the
   last of them lies the next row. 0 where a copy of B is needed anyway, or costs less than one block of terms more. */
static ptrdiff_t rows_read_as_vectors(const struct product *p, ptrdiff_t lanes)
{
    if (p->columns >= lanes || p->b_column != 1 || p->inner < 64)
        return 0;
    return p->inner - (lanes - p->columns + p->b_row - 1) / p->b_row;
}

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
#include "matmul_tile.h"

#endif

#if HAVE_X86

#define PATH avx2
#define TARGET __attribute__((target("avx2")))
#define LANES 4
#define VECTORS 2
#define ROWS 6
#define TALL 8
#include "matmul_tile.h"

/* One vector wide: then the multiplication itself spreads A's element over the lanes. For two vectors an instruction of
   its own would do that, which takes the time of the 512-bit units: a quarter slower on Zen 4. */
#define PATH avx512
#define TARGET __attribute__((target("avx512f")))
#define LANES 8
#define VECTORS 1
#define ROWS 12
#define TALL 8
#include "matmul_tile.h"

#endif

/* A path: its products in one piece, and the two halves of a block of a large one. The plain path has none of them.
   Small products of less than `columns` columns are left to the path before, whose narrower panels fit them better. */
struct kernels {
    void (*whole)(const struct product *, double *packed_a);
    void (*pack_b)(const struct block *, ptrdiff_t first, ptrdiff_t last);
    void (*rows)(const struct block *, ptrdiff_t row, ptrdiff_t rows, double *packed_a);
    ptrdiff_t columns;
};

static const struct kernels paths[] = {
    [PGN_PLAIN] = {NULL, NULL, NULL, 0},
#if HAVE_VECTORS
    [PGN_BASELINE] = {whole_baseline, pack_b_baseline, rows_baseline, 0},
#endif
#if HAVE_X86
    [PGN_AVX2] = {whole_avx2, pack_b_avx2, rows_avx2, 0},
    [PGN_AVX512] = {whole_avx512, pack_b_avx512, rows_avx512, 32},
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
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx2") != 0;
    case PGN_AVX512:
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("avx512f");
#endif
    default:
        return 0;
    }
}

/* The settings, the only state that outlives a call. A path below 0 has not been chosen yet. */
static atomic_int chosen_path = -1;
static atomic_int thread_limit = 1;

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

void pgn_set_threads(int threads)
{
    atomic_store(&thread_limit, threads < 1 ? 1 : threads);
}

int pgn_get_threads(void)
{
    return atomic_load(&thread_limit);
}

/* One of the threads that work on a block, with room for BLOCK_ROWS rows of A. */
struct worker {
    struct block *block;
    double *packed_a;
#if HAVE_THREADS
    pthread_t thread;
    int has_thread;
#endif
};

/* Takes rows that are left, and says how many. The last ones are dealt out in smaller parts, so that all threads are done
   at about the same time. */
static ptrdiff_t take_rows(struct block *block, ptrdiff_t *row)
{
    ptrdiff_t rows;
    *row = atomic_load(&block->next_row);
    do {
        const ptrdiff_t left = block->product.rows - *row, share = (left + block->threads - 1) / block->threads;
        const ptrdiff_t tiles = (share + TILES_ROWS - 1) / TILES_ROWS * TILES_ROWS;
        rows = smaller(left, smaller(BLOCK_ROWS, tiles));
    } while (rows > 0 && !atomic_compare_exchange_weak(&block->next_row, row, *row + rows));
    return rows;
}

/* Takes strips of B to pack, and when all are packed rows of A to multiply, as long as there are some. A thread that gets
   less of its processor takes fewer. */
static void *work(void *argument)
{
    const struct worker *const worker = argument;
    struct block *const block = worker->block;
    ptrdiff_t strip, row, rows;
    while ((strip = atomic_fetch_add(&block->next_strip, 1)) < block->strips) {
        block->kernels->pack_b(block, strip * STRIP,
                               strip + 1 < block->strips ? (strip + 1) * STRIP : block->product.columns);
        atomic_fetch_add(&block->packed_strips, 1);
    }
#if HAVE_THREADS
    while (atomic_load(&block->packed_strips) < block->strips)
        sched_yield(); /* another thread is at its last strip */
#endif
    while ((rows = take_rows(block, &row)) > 0)
        block->kernels->rows(block, row, rows, worker->packed_a);
    return NULL;
}

/* A block by several threads, of which the calling one is the first. What a thread that cannot be had would have done,
   the others do. */
static void work_together(struct worker *workers, ptrdiff_t threads)
{
#if HAVE_THREADS
    for (ptrdiff_t n = 1; n < threads; n++)
        workers[n].has_thread = pthread_create(&workers[n].thread, NULL, work, &workers[n]) == 0;
#endif
    work(&workers[0]);
#if HAVE_THREADS
    for (ptrdiff_t n = 1; n < threads; n++)
        if (workers[n].has_thread)
            pthread_join(workers[n].thread, NULL);
#else
    (void)threads;
#endif
}

enum { TAIL = 16 }; /* columns by which a block may be wider, and its last panel wider than the block */

static ptrdiff_t threads_for(ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns)
{
    const double terms = (double)rows * (double)smaller(BLOCK_COLUMNS, columns) * (double)smaller(DEPTH, inner);
    const double worth = terms / THREAD_TERMS;
    const ptrdiff_t limit = smaller(pgn_get_threads(), (rows + TILES_ROWS - 1) / TILES_ROWS);
    return worth < 1 ? 1 : worth < (double)limit ? (ptrdiff_t)worth : limit;
}

/* Whether one thread multiplies all rows at once, for which it needs no more than A packed. */
static int are_few(ptrdiff_t threads, ptrdiff_t rows)
{
    return threads == 1 && rows <= FEW_ROWS;
}

/* The doubles in the packed form of a block of A, with full tiles, */
static size_t packed_a_size(ptrdiff_t threads, ptrdiff_t rows, ptrdiff_t inner)
{
    const ptrdiff_t most = are_few(threads, rows) ? (rows + TILES_ROWS - 1) / TILES_ROWS * TILES_ROWS : BLOCK_ROWS;
    return (size_t)(most * smaller(DEPTH, inner));
}

/* and of one of B. */
static size_t packed_b_size(ptrdiff_t inner, ptrdiff_t columns)
{
    return (size_t)((smaller(BLOCK_COLUMNS, columns) + 2 * TAIL) * smaller(DEPTH, inner));
}

static size_t room_for(ptrdiff_t threads, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns)
{
    size_t doubles = (size_t)threads * packed_a_size(threads, rows, inner);
    if (!are_few(threads, rows))
        doubles += packed_b_size(inner, columns);
    return CACHE_LINE + doubles * sizeof(double) + (size_t)threads * sizeof(struct worker);
}

static int is_large(const struct kernels *kernels, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns)
{
    const double terms = (double)rows * (double)inner * (double)columns; /* may be more than a ptrdiff_t holds */
    return kernels->rows && terms >= PACKED_TERMS && rows >= COPY_ROWS && columns >= COPY_ROWS;
}

size_t pgn_room(ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns)
{
    const int packs = is_large(&paths[pgn_get_path()], rows, inner, columns);
    return packs ? room_for(threads_for(rows, inner, columns), rows, inner, columns) : 0;
}

/* Block by block, the terms of a sum in ascending order. */
static void by_blocks(const struct product *p, const struct kernels *kernels, ptrdiff_t threads, double *room)
{
    const size_t packed = packed_a_size(threads, p->rows, p->inner);
    struct block block = {.product = *p, .packed_b = room + (size_t)threads * packed, .kernels = kernels,
                          .threads = threads};
    struct worker *const workers = (struct worker *)(void *)(block.packed_b + packed_b_size(p->inner, p->columns));
    for (ptrdiff_t n = 0; n < threads; n++)
        workers[n] = (struct worker){.block = &block, .packed_a = room + (size_t)n * packed};

    struct product *const part = &block.product;
    for (ptrdiff_t j = 0; j < p->columns; j += part->columns) {
        part->columns = p->columns - j < BLOCK_COLUMNS + TAIL ? p->columns - j : BLOCK_COLUMNS;
        part->c = p->c + j;
        for (ptrdiff_t k = 0; k < p->inner; k += part->inner) {
            part->inner = block_depth(p->inner - k);
            part->go_on = p->go_on || k > 0;
            part->a = p->a + k * p->a_column;
            part->b = p->b + k * p->b_row + j * p->b_column;
            block.strips = part->columns < STRIP ? 1 : part->columns / STRIP;
            atomic_store(&block.next_strip, 0);
            atomic_store(&block.packed_strips, 0);
            atomic_store(&block.next_row, 0);
            work_together(workers, threads);
        }
    }
}

/* A large product; 1 if there is no working memory. */
static int large(const struct product *p, const struct kernels *kernels, void *room, size_t room_size)
{
    const ptrdiff_t threads = threads_for(p->rows, p->inner, p->columns);
    const size_t needed = room_for(threads, p->rows, p->inner, p->columns);
    char *const memory = room_size < needed ? malloc(needed) : room;
    if (!memory)
        return 1;
    double *const doubles = (double *)(void *)(memory + CACHE_LINE - (uintptr_t)memory % CACHE_LINE);
    if (are_few(threads, p->rows))
        kernels->whole(p, doubles);
    else
        by_blocks(p, kernels, threads, doubles);
    if (memory != room)
        free(memory);
    return 0;
}

int pgn_matmul_piece(double *c, ptrdiff_t c_row, const double *a, ptrdiff_t a_row, ptrdiff_t a_column, const double *b,
                     ptrdiff_t b_row, ptrdiff_t b_column, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, int go_on,
                     void *room, size_t room_size)
{
    const struct product product = {c, a, b, c_row, a_row, a_column, b_row, b_column, rows, inner, columns, go_on};
    const struct kernels *kernels = &paths[pgn_get_path()];
    if (!kernels->whole || rows == 0 || inner == 0 || columns == 0)
        plain(&product); /* without terms, too, there are zeros */
    else if (columns == 1)
        one_column(&product);
    else if (inner == 1 && b_column == 1 && !go_on)
        one_term(&product);
    else if (is_large(kernels, rows, inner, columns))
        return large(&product, kernels, room, room_size);
    else
        (columns < kernels->columns ? kernels - 1 : kernels)->whole(&product, NULL);
    return 0;
}

int pgn_matmul(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns)
{
    return pgn_matmul_piece(c, columns, a, inner, 1, b, columns, 1, rows, inner, columns, 0, NULL, 0);
}

int pgn_transposed_matmul(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner,
                          ptrdiff_t columns)
{
    return pgn_matmul_piece(c, columns, a, 1, rows, b, columns, 1, rows, inner, columns, 0, NULL, 0);
}

int pgn_matmul_transposed(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner,
                          ptrdiff_t columns)
{
    return pgn_matmul_piece(c, columns, a, inner, 1, b, 1, inner, rows, inner, columns, 0, NULL, 0);
}
