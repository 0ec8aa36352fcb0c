/* matmul_tile.h: the matrix product for one kind of processor. matmul_paths.c includes it once per path, each time with

   PATH      how the names of the path's functions end
   TARGET    the attribute that turns the path's instructions on
   LANES     doubles in a vector
   VECTORS   vectors side by side in a full tile, 1 to 3
   ROWS      rows in a full tile; ROWS × VECTORS sums, B's vectors and two more must fit into the registers
   TALL      rows in a tile one vector wide where A is read in place; more would collide in an 8-way cache when the rows
             lie a power of two apart
   BLOCKS    1 if the path has blocks, for large products, and 0 if these are left to another one
   NONZEROS(line)    which of LANES numbers are not zero, as bits; without it, they are compared one after the other

   A tile is a piece of C whose sums stay in registers while k runs. Each lane belongs to one element of C and adds that
   element's own terms in ascending k, the product rounded before the sum, so the bits are those of the plain loop.
   Columns that do not fill the last vector: it begins that much further left and overlaps the vector before it. Both
   compute the shared elements to the same bits, and a tile loads all of its C before it stores any. */

#define WIDTH (LANES * VECTORS)

_Static_assert(VECTORS <= 3 && ROWS <= 12 && TALL <= 12, "sizes that the code relies on");

typedef double NAME(vector) VECTOR_OF(LANES);

/* The sums of `rows` rows × `vectors` vectors over `depth` terms. The last vector begins at column `last`. */
ALWAYS_INLINE TARGET void NAME(tile)(const int rows, const int vectors, double *c, ptrdiff_t c_row, const double *a,
                                     ptrdiff_t a_row, ptrdiff_t a_column, const double *b, ptrdiff_t b_row,
                                     ptrdiff_t last, ptrdiff_t depth, int go_on, const double *bias)
{
#define COLUMN(v) ((v) == vectors - 1 ? last : (v) * LANES)
    NAME(vector) sums[TALL > ROWS ? TALL : ROWS][VECTORS];
    UNROLLED for (int i = 0; i < rows; i++)
        UNROLLED for (int v = 0; v < vectors; v++)
            sums[i][v] = go_on ? *(const NAME(vector) *)(c + i * c_row + COLUMN(v)) : (NAME(vector)){0.0};
    for (ptrdiff_t k = 0; k < depth; k++) {
        NAME(vector) b_k[VECTORS];
        UNROLLED for (int v = 0; v < vectors; v++)
            b_k[v] = *(const NAME(vector) *)(b + k * b_row + COLUMN(v));
        UNROLLED for (int i = 0; i < rows; i++) {
            const double a_ik = a[i * a_row + k * a_column];
            UNROLLED for (int v = 0; v < vectors; v++) {
                const NAME(vector) product = a_ik * b_k[v];
                sums[i][v] += product;
            }
        }
    }
    if (bias)
        UNROLLED for (int i = 0; i < rows; i++)
            UNROLLED for (int v = 0; v < vectors; v++)
                sums[i][v] += *(const NAME(vector) *)(bias + COLUMN(v));
    UNROLLED for (int i = 0; i < rows; i++)
        UNROLLED for (int v = 0; v < vectors; v++)
            *(NAME(vector) *)(c + i * c_row + COLUMN(v)) = sums[i][v];
#undef COLUMN
}

/* A panel: full tiles of `tile_rows` rows, then one tile for the rows that are left. From one full tile to the next, A
   goes on by `a_tile`. The strides are arguments because the compiler makes use of those that are constants. */
ALWAYS_INLINE TARGET void NAME(tiles)(const int tile_rows, const int vectors, const struct panel *p, ptrdiff_t a_row,
                                      ptrdiff_t a_column, ptrdiff_t a_tile, ptrdiff_t b_row, ptrdiff_t last)
{
#define TILE(n) NAME(tile)(n, vectors, c, p->c_row, a, a_row, a_column, p->b, b_row, last, p->depth, p->go_on, p->bias)
#define LEFT(n)                                                                                                        \
    case n:                                                                                                            \
        if (n < tile_rows)                                                                                             \
            TILE(n < tile_rows ? n : 1);                                                                               \
        break;
    double *c = p->c;
    const double *a = p->a;
    ptrdiff_t rows = p->rows;
    for (; rows >= tile_rows; rows -= tile_rows, c += tile_rows * p->c_row, a += a_tile)
        TILE(tile_rows);
    switch (rows) {
        LEFT(1) LEFT(2) LEFT(3) LEFT(4) LEFT(5) LEFT(6) LEFT(7) LEFT(8) LEFT(9) LEFT(10) LEFT(11)
    }
#undef LEFT
#undef TILE
}

/* A panel that is LANES … WIDTH columns wide. */
NEVER_INLINE TARGET void NAME(panel)(const struct panel *p)
{
#define PACKED(vectors, last) NAME(tiles)(ROWS, vectors, p, 1, ROWS, ROWS * p->depth, WIDTH, last)
#define IN_PLACE(rows, vectors) NAME(tiles)(rows, vectors, p, p->a_row, p->a_column, (rows) * p->a_row, p->b_row, last)
    const ptrdiff_t last = p->width - LANES;
    if (p->packed && p->width == WIDTH)
        PACKED(VECTORS, WIDTH - LANES);
    else if (p->packed && VECTORS > 2 && p->width > 2 * LANES)
        PACKED(VECTORS, last);
    else if (p->packed && VECTORS > 1 && p->width > LANES)
        PACKED(VECTORS > 1 ? 2 : 1, last);
    else if (p->packed)
        PACKED(1, 0);
    else if (VECTORS > 2 && p->width > 2 * LANES)
        IN_PLACE(ROWS, VECTORS);
    else if (VECTORS > 1 && p->width > LANES)
        IN_PLACE(ROWS, VECTORS > 1 ? 2 : 1);
    else if (p->rows <= ROWS)
        IN_PLACE(ROWS, 1);
    else
        IN_PLACE(TALL, 1);
#undef IN_PLACE
#undef PACKED
}

/* A panel of less than LANES columns: some rows at a time, C goes through `wide`, which has whole vectors. B has LANES
   columns, of which those past the panel's width do not matter. */
static TARGET void NAME(narrow_panel)(const struct panel *p)
{
    enum { STEP = ROWS * TALL }; /* a multiple of a tile's rows, packed or not */
    double wide[STEP * LANES];
    double bias[LANES] = {0.0};
    struct panel part = *p;
    if (p->bias)
        part.bias = memcpy(bias, p->bias, (size_t)p->width * sizeof *bias);
    part.c = wide;
    part.c_row = part.width = LANES;
    for (ptrdiff_t row = 0; row < p->rows; row += STEP) {
        double *const c = p->c + row * p->c_row;
        part.a = p->a + row * (p->packed ? p->depth : p->a_row);
        part.rows = smaller(STEP, p->rows - row);
        if (p->go_on)
            for (ptrdiff_t i = 0; i < part.rows; i++)
                for (ptrdiff_t j = 0; j < LANES; j++)
                    wide[i * LANES + j] = j < p->width ? c[i * p->c_row + j] : 0.0;
        NAME(panel)(&part);
        for (ptrdiff_t i = 0; i < part.rows; i++)
            for (ptrdiff_t j = 0; j < p->width; j++)
                c[i * p->c_row + j] = wide[i * LANES + j];
    }
}

/* The width of the next panel: a full one, unless less than LANES columns would be left after it. (A path with tiles
   one vector wide has no choice.) */
static ptrdiff_t NAME(panel_width)(ptrdiff_t columns)
{
    const ptrdiff_t rest = columns - WIDTH;
    return VECTORS > 1 && 0 < rest && rest < LANES ? columns - LANES : smaller(WIDTH, columns);
}

/* packed[k * step + i] = from[i * line + k * term] for i < lines and k < depth; 0.0 for lines <= i < padded. */
ALWAYS_INLINE TARGET void NAME(pack)(const int step, double *packed, const double *from, ptrdiff_t line, ptrdiff_t term,
                                     ptrdiff_t lines, ptrdiff_t padded, ptrdiff_t depth)
{
    if (lines == step && line == 1) {
        for (ptrdiff_t k = 0; k < depth; k++)
            memcpy(packed + k * step, from + k * term, (size_t)step * sizeof(double));
    } else if (lines == step) {
        for (ptrdiff_t k = 0; k < depth; k++)
            UNROLLED for (int i = 0; i < step; i++)
                packed[k * step + i] = from[i * line + k * term];
    } else {
        for (ptrdiff_t i = 0; i < lines; i++)
            for (ptrdiff_t k = 0; k < depth; k++)
                packed[k * step + i] = from[i * line + k * term];
        for (ptrdiff_t i = lines; i < padded; i++)
            for (ptrdiff_t k = 0; k < depth; k++)
                packed[k * step + i] = 0.0;
    }
}

/* packed = `rows` rows of A, for `depth` terms, in the order in which full tiles read them. */
static TARGET void NAME(pack_a)(double *packed, const double *a, ptrdiff_t a_row, ptrdiff_t a_column, ptrdiff_t rows,
                                ptrdiff_t depth)
{
    for (ptrdiff_t i = 0; i < rows; i += ROWS)
        NAME(pack)(ROWS, packed + i * depth, a + i * a_row, a_row, a_column, smaller(ROWS, rows - i), 0, depth);
}

/* A small product, for which B is read where it lies, too. Its columns fill vectors. */
static TARGET void NAME(in_place)(const struct pgn_product *p)
{
    struct panel panel = {.a = p->a, .c_row = p->c_row, .a_row = p->a_row, .a_column = p->a_column, .b_row = p->b_row,
                          .rows = p->rows, .depth = p->inner, .go_on = p->go_on};
    for (ptrdiff_t j = 0; j < p->columns; j += panel.width) {
        panel.width = NAME(panel_width)(p->columns - j);
        panel.c = p->c + j;
        panel.b = p->b + j;
        panel.bias = bias_of(p, j, p->inner);
        NAME(panel)(&panel);
    }
}

/* Any other product that is not cut into blocks. Panels of B that many tiles use, or whose rows are not contiguous, are
   copied to the stack (up to 32 KB) first. A is read where it lies, unless there is room to pack it: `packed_a`, or
   NULL. */
NEVER_INLINE TARGET void NAME(by_panels)(const struct pgn_product *p, double *packed_a)
{
    double packed_b[DEPTH * WIDTH];
    struct panel panel = {.c_row = p->c_row, .a_row = p->a_row, .a_column = p->a_column, .rows = p->rows,
                          .packed = packed_a != NULL};
    const ptrdiff_t as_vectors = rows_read_as_vectors(p, LANES);
    for (ptrdiff_t k = 0; k < p->inner; k += panel.depth) {
        panel.depth = block_depth((k < as_vectors ? as_vectors : p->inner) - k);
        panel.go_on = p->go_on || k > 0;
        panel.a = p->a + k * p->a_column;
        if (packed_a) {
            NAME(pack_a)(packed_a, panel.a, p->a_row, p->a_column, p->rows, panel.depth);
            panel.a = packed_a;
        }
        for (ptrdiff_t j = 0; j < p->columns; j += panel.width) {
            panel.width = NAME(panel_width)(p->columns - j);
            panel.c = p->c + j;
            panel.bias = bias_of(p, j, k + panel.depth);
            panel.b = p->b + k * p->b_row + j * p->b_column;
            panel.b_row = p->b_row;
            if (packed_a || p->b_column != 1 || (panel.width < LANES && k >= as_vectors) || p->rows >= COPY_ROWS) {
                NAME(pack)(WIDTH, packed_b, panel.b, p->b_column, p->b_row, panel.width, LANES, panel.depth);
                panel.b = packed_b;
                panel.b_row = WIDTH;
            }
            if (panel.width < LANES)
                NAME(narrow_panel)(&panel);
            else
                NAME(panel)(&panel);
        }
    }
}

/* A product that is not cut into blocks; `packed_a` is room for all of A, or NULL. */
static TARGET void NAME(whole)(const struct pgn_product *p, double *packed_a)
{
    const int fills_vectors = VECTORS > 1 ? p->columns >= LANES : p->columns % LANES == 0;
    if (!packed_a && fills_vectors && p->b_column == 1 && p->rows < COPY_ROWS && p->inner <= DEPTH)
        NAME(in_place)(p);
    else
        NAME(by_panels)(p, packed_a);
}

#if BLOCKS

_Static_assert(TILES_ROWS % ROWS == 0 && BLOCK_ROWS % TILES_ROWS == 0, "full tiles");
_Static_assert(STRIP % WIDTH == 0 && WIDTH + LANES <= STRIP, "only panels in the last strip may not be full");

/* A block of a large product, first half: B's panels from column `first` to `last`, one after the other, in the order
   in which the tiles read them. All panels before are full. */
static TARGET void NAME(pack_b)(const struct pgn_product *p, double *packed_b, ptrdiff_t first, ptrdiff_t last)
{
    double *panel = packed_b + first * p->inner;
    ptrdiff_t width;
    for (ptrdiff_t j = first; j < last; j += width, panel += p->inner * WIDTH) {
        width = NAME(panel_width)(p->columns - j);
        NAME(pack)(WIDTH, panel, p->b + j * p->b_column, p->b_column, p->b_row, width, LANES, p->inner);
    }
}

/* Second half, for `rows` rows from `row` on: packs A's rows, which then stay in the second cache while all of B's
   panels go past them. */
static TARGET void NAME(rows)(const struct pgn_product *p, const double *packed_b, ptrdiff_t row, ptrdiff_t rows,
                              double *packed_a)
{
    const double *const a = p->a + row * p->a_row;
    struct panel panel = {.a = packed_a, .b = packed_b, .c_row = p->c_row, .depth = p->inner, .rows = rows,
                          .go_on = p->go_on, .packed = 1};
    NAME(pack_a)(packed_a, a, p->a_row, p->a_column, rows, p->inner);
    for (ptrdiff_t j = 0; j < p->columns; j += panel.width, panel.b += p->inner * WIDTH) {
        panel.width = NAME(panel_width)(p->columns - j);
        panel.c = p->c + row * p->c_row + j;
        panel.bias = bias_of(p, j, p->inner);
        if (panel.width < LANES)
            NAME(narrow_panel)(&panel);
        else
            NAME(panel)(&panel);
    }
}

#include "matmul_sparse.h"

#endif

#undef WIDTH
#undef PATH
#undef TARGET
#undef LANES
#undef VECTORS
#undef ROWS
#undef TALL
#undef BLOCKS
#undef NONZEROS
