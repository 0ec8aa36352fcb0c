/* matmul_sparse.h: products of an A that holds many zeros, for the path whose tiles stand in matmul_tile.h.

   A sum that starts from 0.0 never becomes -0.0, and 0.0 · b is a zero where b is finite. To add that changes no bit of
   the sum, so the terms of A's zeros may be left out: of half a ReLU's outputs, for example. A block of A is looked through once: a row's nonzeros become the
   bits of a number, which then lead through the terms, for as many columns at a time as there are registers. */

/* Columns in a strip: as many as there are registers for, and a block of B in them is no more than 16 KB. */
#define SPARSE_COLUMNS (LANES == 2 ? 16 : 32)
#define SPARSE_VECTORS (SPARSE_COLUMNS / LANES)

typedef int64_t NAME(bits) __attribute__((vector_size(LANES * 8)));

/* Which of the numbers in a line are not zero, as bits. A whole line has SPARSE_SIDE numbers. */
ALWAYS_INLINE TARGET uint64_t NAME(nonzeros)(const double *line, ptrdiff_t n)
{
    uint64_t bits = 0;
    ptrdiff_t i = 0;
#ifdef NONZEROS
    for (; n - i >= LANES; i += LANES)
        bits |= (uint64_t)NONZEROS(line + i) << i;
#endif
    for (; i < n; i++)
        bits |= (uint64_t)(line[i] != 0.0) << i;
    return bits;
}

/* The sums of `rows` rows × a strip of columns, over the terms that the rows' bits name. B is packed. */
NEVER_INLINE TARGET void NAME(sparse_strip)(double *c, ptrdiff_t c_row, const double *a, ptrdiff_t a_row,
                                            ptrdiff_t a_column, const double *packed_b, ptrdiff_t rows,
                                            const uint64_t *nonzeros, int go_on, const double *bias)
{
    for (ptrdiff_t i = 0; i < rows; i++, a += a_row, c += c_row) {
        NAME(vector) sums[SPARSE_VECTORS];
    UNROLLED for (int v = 0; v < SPARSE_VECTORS; v++)
            sums[v] = go_on ? *(const NAME(vector) *)(c + v * LANES) : (NAME(vector)){0.0};
        for (uint64_t bits = nonzeros[i]; bits; bits &= bits - 1) {
            const ptrdiff_t k = (ptrdiff_t)(unsigned)__builtin_ctzll(bits);
            const double a_k = a[k * a_column], *const b_k = packed_b + k * SPARSE_COLUMNS;
            UNROLLED for (int v = 0; v < SPARSE_VECTORS; v++) {
                const NAME(vector) product = a_k * *(const NAME(vector) *)(b_k + v * LANES);
                sums[v] += product;
            }
        }
        if (bias)
            UNROLLED for (int v = 0; v < SPARSE_VECTORS; v++)
                sums[v] += *(const NAME(vector) *)(bias + v * LANES);
        UNROLLED for (int v = 0; v < SPARSE_VECTORS; v++)
            *(NAME(vector) *)(c + v * LANES) = sums[v];
    }
}

/* Packs a strip of B, and returns whether all of its numbers are finite: x - x is 0.0 then, else NaN. */
ALWAYS_INLINE TARGET int NAME(pack_strip)(double *packed, const double *b, ptrdiff_t b_row, ptrdiff_t b_column,
                                          ptrdiff_t depth)
{
    NAME(bits) differences = {0}, none = {0};
    if (b_column != 1) {
        NAME(pack)(SPARSE_COLUMNS, packed, b, b_column, b_row, SPARSE_COLUMNS, SPARSE_COLUMNS, depth);
        b = packed;
        b_row = SPARSE_COLUMNS;
    }
    for (ptrdiff_t k = 0; k < depth; k++)
        for (ptrdiff_t j = 0; j < SPARSE_COLUMNS; j += LANES) {
            const NAME(vector) numbers = *(const NAME(vector) *)(b + k * b_row + j);
            differences |= (NAME(bits))(numbers - numbers);
            *(NAME(vector) *)(packed + k * SPARSE_COLUMNS + j) = numbers;
        }
    return memcmp(&differences, &none, sizeof none) == 0;
}

/* `rows` rows of a product, from `row` on. Its columns fill strips. */
static TARGET void NAME(sparse)(const struct pgn_product *p, ptrdiff_t row, ptrdiff_t rows)
{
    double packed_b[SPARSE_SIDE * SPARSE_COLUMNS] __attribute__((aligned(CACHE_LINE)));
    for (ptrdiff_t k = 0; k < p->inner; k += SPARSE_SIDE) {
        const ptrdiff_t depth = smaller(SPARSE_SIDE, p->inner - k);
        for (ptrdiff_t first = row; first < row + rows; first += SPARSE_SIDE) {
            const ptrdiff_t height = smaller(SPARSE_SIDE, row + rows - first);
            const double *const a = p->a + first * p->a_row + k * p->a_column;
            uint64_t nonzeros[SPARSE_SIDE] = {0}, all[SPARSE_SIDE];
            for (ptrdiff_t i = 0; i < height; i++)
                all[i] = UINT64_MAX >> (SPARSE_SIDE - depth);
            if (p->a_column == 1) {
                for (ptrdiff_t i = 0; i < height; i++)
                    nonzeros[i] = NAME(nonzeros)(a + i * p->a_row, depth);
            } else {
                for (ptrdiff_t i = 0; i < depth; i++)
                    nonzeros[i] = NAME(nonzeros)(a + i * p->a_column, height);
                transpose_bits(nonzeros);
            }
            for (ptrdiff_t j = 0; j < p->columns; j += SPARSE_COLUMNS) {
                const double *const b = p->b + k * p->b_row + j * p->b_column;
                const int is_finite = NAME(pack_strip)(packed_b, b, p->b_row, p->b_column, depth);
                NAME(sparse_strip)(p->c + first * p->c_row + j, p->c_row, a, p->a_row, p->a_column, packed_b, height,
                                   is_finite ? nonzeros : all, p->go_on || k > 0, bias_of(p, j, k + depth));
            }
        }
    }
}

#undef SPARSE_COLUMNS
#undef SPARSE_VECTORS
