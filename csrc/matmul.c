/* The matrix products: the loop in plain C, those that are thin, and which way is taken for which product. */
#include "matmul.h"

enum {
    COLUMN_ROWS = 8,  /* sums at a time of a product with one column */
    LONG_ROW = 16,    /* from so many columns on, a product with one term a sum needs no tiles */
    FEW_COLUMNS = 32, /* less leave a noticeable part of wide vectors empty */
    TURNED_ROWS = 128,
    TURNED_COLUMNS = 16,    /* of a product that is computed as its transpose, at a time */
    SPARSE_TERMS = 1 << 17, /* from so many terms on, to look for zeros costs less than it may save */
    SPARSE_SAMPLE = 8       /* lines of A in which zeros are counted */
};

/* Any product, on any compiler: the formula, a row of C at a time. The other paths are tested against it. */
static void plain(const struct pgn_product *p)
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
        for (ptrdiff_t j = 0; j < p->columns && p->bias; j++)
            c[j] += p->bias[j];
    }
}

/* `rows` neighbouring sums of a product with one column. The number is a constant only inside the caller, and only then
   do the sums stay in registers. */
ALWAYS_INLINE void column_part(const int rows, const struct pgn_product *p, ptrdiff_t row)
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
        c[i * p->c_row] = p->bias ? sums[i] + *p->bias : sums[i];
}

/* A product with one column: its sums have no neighbours in their rows. */
static void one_column(const struct pgn_product *p)
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
ALSO_WIDER
static void one_term(const struct pgn_product *p)
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

/* The path itself, or the one whose vectors a few columns fill better. */
static const struct kernels *fitting(const struct kernels *kernels, ptrdiff_t columns)
{
    const int leaves_lanes_empty = columns < FEW_COLUMNS && columns % kernels->lanes != 0;
    return kernels->narrow && leaves_lanes_empty ? kernels->narrow : kernels;
}

/* A product with one column, of an A whose columns are contiguous: Cᵀ = Bᵀ · Aᵀ has one row, and neighbours in it. */
static void one_row(const struct pgn_product *p, const struct kernels *kernels)
{
    const struct pgn_product row = {p->c,        p->b, p->a, NULL,     p->rows, p->b_column, p->b_row,
                                    p->a_column, 1,    1,    p->inner, p->rows, p->go_on};
    fitting(kernels, p->rows)->whole(&row, NULL);
}

/* A product with few columns, of an A whose columns are contiguous: the rows of Cᵀ = Bᵀ · Aᵀ fill vectors. */
static void turned(const struct pgn_product *p, const struct kernels *kernels)
{
    double c[TURNED_ROWS * TURNED_COLUMNS];
    for (ptrdiff_t row = 0; row < p->rows; row += TURNED_ROWS) {
        const ptrdiff_t rows = smaller(TURNED_ROWS, p->rows - row);
        const struct pgn_product part = {c,           p->b, p->a + row, NULL,     rows, p->b_column, p->b_row,
                                         p->a_column, 1,    p->columns, p->inner, rows, p->go_on};
        double *const to = p->c + row * p->c_row;
        for (ptrdiff_t i = 0; i < rows && p->go_on; i++)
            for (ptrdiff_t j = 0; j < p->columns; j++)
                c[j * rows + i] = to[i * p->c_row + j];
        fitting(kernels, rows)->whole(&part, NULL);
        for (ptrdiff_t i = 0; i < rows; i++)
            for (ptrdiff_t j = 0; j < p->columns; j++)
                to[i * p->c_row + j] = c[j * rows + i];
    }
}

ALSO_WIDER
static ptrdiff_t zeros_in(const double *line, ptrdiff_t n)
{
    ptrdiff_t zeros = 0;
    for (ptrdiff_t i = 0; i < n; i++)
        zeros += line[i] == 0.0;
    return zeros;
}

/* Whether A has so many zeros, by a sample of its lines, that it is faster to look for them. */
static int is_sparse(const struct pgn_product *p, const struct kernels *kernels)
{
    if (!kernels->sparse || p->columns < kernels->strip || (p->a_row != 1 && p->a_column != 1))
        return 0;
    const int by_rows = p->a_column == 1;
    const ptrdiff_t lines = by_rows ? p->rows : p->inner, length = by_rows ? p->inner : p->rows;
    const ptrdiff_t apart = by_rows ? p->a_row : p->a_column;
    ptrdiff_t zeros = 0, all = 0;
    for (ptrdiff_t line = 0; line < lines; line += (lines + SPARSE_SAMPLE - 1) / SPARSE_SAMPLE, all += length)
        zeros += zeros_in(p->a + line * apart, length);
    return zeros > all / 4;
}

/* A product whose A has many zeros. Columns that do not fill a strip are left to tiles. */
static void sparse(const struct pgn_product *p, const struct kernels *kernels)
{
    struct pgn_product strips = *p, rest = *p;
    rest.columns = p->columns % kernels->strip;
    strips.columns -= rest.columns;
    sparse_product(&strips, kernels);
    if (rest.columns) {
        rest.c += strips.columns;
        rest.b += strips.columns * p->b_column;
        rest.bias = bias_of(p, strips.columns, p->inner);
        fitting(kernels, rest.columns)->whole(&rest, NULL);
    }
}

int pgn_multiply_piece(const struct pgn_product *p, void *room, size_t room_size)
{
    const struct kernels *const kernels = path_in_use();
    if (!kernels->whole || p->rows == 0 || p->inner == 0 || p->columns == 0)
        plain(p); /* without terms, too, there are zeros */
    else if (p->columns == 1 && p->a_row == 1 && p->c_row == 1 && !p->bias)
        one_row(p, kernels);
    else if (p->columns == 1)
        one_column(p);
    else if (p->inner == 1 && p->columns >= LONG_ROW && p->b_column == 1 && !p->go_on && !p->bias)
        one_term(p);
    else if (p->a_row == 1 && p->columns < TURNED_COLUMNS && p->rows >= COPY_ROWS && p->inner >= COPY_ROWS && !p->bias)
        turned(p, kernels);
    else if (terms_of(p) >= (double)SPARSE_TERMS && is_sparse(p, kernels))
        sparse(p, kernels);
    else if (is_large(p, kernels))
        return large_product(p, kernels, room, room_size);
    else
        fitting(kernels, p->columns)->whole(p, NULL);
    return 0;
}

int pgn_matmul(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns)
{
    const struct pgn_product product = {c, a, b, NULL, columns, inner, 1, columns, 1, rows, inner, columns, 0};
    return pgn_multiply_piece(&product, NULL, 0);
}

int pgn_transposed_matmul(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner,
                          ptrdiff_t columns)
{
    const struct pgn_product product = {c, a, b, NULL, columns, 1, rows, columns, 1, rows, inner, columns, 0};
    return pgn_multiply_piece(&product, NULL, 0);
}

int pgn_matmul_transposed(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner,
                          ptrdiff_t columns)
{
    const struct pgn_product product = {c, a, b, NULL, columns, inner, 1, 1, inner, rows, inner, columns, 0};
    return pgn_multiply_piece(&product, NULL, 0);
}
