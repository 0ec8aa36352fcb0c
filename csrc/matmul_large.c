/* Products that threads share: large ones, block by block, in working memory where A and B are packed, and those with
 * many zeros. */
#include "matmul.h"
#include "threads.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    BLOCK_COLUMNS = 256,    /* columns of B per block: 0.5 MB of the second cache */
    SHARED_COLUMNS = 512,   /* columns per block if threads share it, who wait for each other at its end */
    TAIL = 16,              /* columns by which a block may be wider, and its last panel wider than the block */
    FEW_ROWS = 96,          /* at most so many are packed whole, and B a panel at a time: 200 KB, and no copy of B */
    PACKED_TERMS = 1 << 19, /* from so many terms on, packing costs less than it saves */
    THREAD_TERMS = 1 << 22  /* no thread is started for less than these terms: some 0.2 ms */
};

/* A large product that some threads share. How far they have come is counted over all of its blocks: a thread that
   comes late finds that the first ones are done. */
struct shared {
    const struct pgn_product *product;
    const struct kernels *kernels;
    ptrdiff_t threads;
    double *packed_b, *packed_a;                  /* packed_a: where the first thread packs its rows of A */
    size_t packed_a_size;                         /* how far behind that each of the other threads has its place */
    atomic_ptrdiff_t taken_strips, packed_strips; /* strips of B that some thread has taken; that are ready */
    atomic_ptrdiff_t taken_rows, multiplied_rows; /* rows of A that some thread has taken; that are done */
};

static ptrdiff_t block_columns(ptrdiff_t threads)
{
    return threads == 1 ? BLOCK_COLUMNS : SHARED_COLUMNS;
}

/* Takes rows that are left of a block, behind those of the blocks before, and says how many. The last ones are dealt
   out in smaller parts, so that all threads are done at about the same time. */
static ptrdiff_t take_rows(struct shared *shared, ptrdiff_t before, ptrdiff_t *row)
{
    ptrdiff_t taken = atomic_load(&shared->taken_rows), rows;
    do {
        const ptrdiff_t left = before + shared->product->rows - taken;
        const ptrdiff_t fair = (left + shared->threads - 1) / shared->threads;
        const ptrdiff_t tiles = (fair + TILES_ROWS - 1) / TILES_ROWS * TILES_ROWS;
        rows = smaller(left, smaller(BLOCK_ROWS, tiles));
    } while (rows > 0 && !atomic_compare_exchange_weak(&shared->taken_rows, &taken, taken + rows));
    *row = taken - before;
    return rows;
}

/* Takes the next strip, if it is below `end`. */
static int take_strip(struct shared *shared, ptrdiff_t end, ptrdiff_t *strip)
{
    *strip = atomic_load(&shared->taken_strips);
    while (*strip < end)
        if (atomic_compare_exchange_weak(&shared->taken_strips, strip, *strip + 1))
            return 1;
    return 0;
}

/* Waits for other threads, which are at their last parts of something. */
static void wait_for(const atomic_ptrdiff_t *done, ptrdiff_t end)
{
    while (atomic_load(done) < end)
        give_way();
}

/* A thread's part of a large product. Block by block, the terms of a sum in ascending order, it takes strips of B to
   pack, and when all are packed rows of A to multiply, as long as there are some. A thread that gets less of its
   processor takes fewer. */
static void multiply_blocks(void *work, ptrdiff_t thread)
{
    struct shared *const shared = work;
    const struct pgn_product *const p = shared->product;
    double *const packed_a = shared->packed_a + (size_t)thread * shared->packed_a_size;
    const ptrdiff_t columns = block_columns(shared->threads);
    ptrdiff_t strips_before = 0, rows_before = 0, strip, row, rows;
    struct pgn_product part = *p;
    for (ptrdiff_t j = 0; j < p->columns; j += part.columns) {
        part.columns = p->columns - j < columns + TAIL ? p->columns - j : columns;
        part.c = p->c + j;
        for (ptrdiff_t k = 0; k < p->inner; k += part.inner) {
            const ptrdiff_t strips = part.columns < STRIP ? 1 : part.columns / STRIP;
            part.inner = block_depth(p->inner - k);
            part.go_on = p->go_on || k > 0;
            part.bias = bias_of(p, j, k + part.inner);
            part.a = p->a + k * p->a_column;
            part.b = p->b + k * p->b_row + j * p->b_column;
            while (take_strip(shared, strips_before + strips, &strip)) {
                const ptrdiff_t n = strip - strips_before, last = n + 1 < strips ? (n + 1) * STRIP : part.columns;
                shared->kernels->pack_b(&part, shared->packed_b, n * STRIP, last);
                atomic_fetch_add(&shared->packed_strips, 1);
            }
            wait_for(&shared->packed_strips, strips_before += strips);
            while ((rows = take_rows(shared, rows_before, &row)) > 0) {
                shared->kernels->rows(&part, shared->packed_b, row, rows, packed_a);
                atomic_fetch_add(&shared->multiplied_rows, rows);
            }
            wait_for(&shared->multiplied_rows, rows_before += p->rows);
        }
    }
}

/* A thread's part of a sparse product. */
static void multiply_sparse(void *work, ptrdiff_t thread)
{
    struct shared *const shared = work;
    ptrdiff_t row, rows;
    (void)thread;
    while ((rows = take_rows(shared, 0, &row)) > 0)
        shared->kernels->sparse(shared->product, row, rows);
}

static ptrdiff_t threads_for(const struct pgn_product *p)
{
    const double worth = terms_of(p) / (double)THREAD_TERMS;
    const ptrdiff_t limit = smaller(pgn_get_threads(), (p->rows + TILES_ROWS - 1) / TILES_ROWS);
    return worth < 1 ? 1 : worth < (double)limit ? (ptrdiff_t)worth : limit;
}

/* Whether one thread multiplies all rows at once, for which it needs no more than A packed. */
static int are_few(ptrdiff_t threads, ptrdiff_t rows)
{
    return threads == 1 && rows <= FEW_ROWS;
}

/* How many doubles the packed form of a block of A has, with full tiles. */
static size_t packed_a_size(const struct pgn_product *p, ptrdiff_t threads)
{
    const ptrdiff_t all = (p->rows + TILES_ROWS - 1) / TILES_ROWS * TILES_ROWS;
    return (size_t)((are_few(threads, p->rows) ? all : BLOCK_ROWS) * smaller(DEPTH, p->inner));
}

/* How many doubles the packed form of a block of B has. */
static size_t packed_b_size(const struct pgn_product *p, ptrdiff_t threads)
{
    return (size_t)((smaller(block_columns(threads), p->columns) + 2 * TAIL) * smaller(DEPTH, p->inner));
}

static size_t room_for(const struct pgn_product *p, ptrdiff_t threads)
{
    size_t doubles = (size_t)threads * packed_a_size(p, threads);
    if (!are_few(threads, p->rows))
        doubles += packed_b_size(p, threads);
    return CACHE_LINE + doubles * sizeof(double);
}

int is_large(const struct pgn_product *p, const struct kernels *kernels)
{
    return kernels->rows && terms_of(p) >= (double)PACKED_TERMS && p->rows >= COPY_ROWS && p->columns >= COPY_ROWS;
}

size_t pgn_room(ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns)
{
    const struct pgn_product product = {.rows = rows, .inner = inner, .columns = columns};
    return is_large(&product, path_in_use()) ? room_for(&product, threads_for(&product)) : 0;
}

void sparse_product(const struct pgn_product *p, const struct kernels *kernels)
{
    struct shared shared = {.product = p, .kernels = kernels, .threads = threads_for(p)};
    share(multiply_sparse, &shared, shared.threads);
}

int large_product(const struct pgn_product *p, const struct kernels *kernels, void *room, size_t room_size)
{
    const ptrdiff_t threads = threads_for(p);
    const size_t needed = room_for(p, threads);
    char *const memory = room_size < needed ? malloc(needed) : room;
    if (!memory)
        return 1;
    double *const doubles = (double *)(void *)(memory + CACHE_LINE - (uintptr_t)memory % CACHE_LINE);
    if (are_few(threads, p->rows)) {
        kernels->whole(p, doubles);
    } else {
        const size_t packed = packed_a_size(p, threads);
        struct shared shared = {.product = p,
                                .kernels = kernels,
                                .threads = threads,
                                .packed_a = doubles,
                                .packed_a_size = packed,
                                .packed_b = doubles + (size_t)threads * packed};
        share(multiply_blocks, &shared, threads);
    }
    if (memory != room)
        free(memory);
    return 0;
}
