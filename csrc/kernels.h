/* What the kernels offer. cffi reads the same declarations: below the guard there are neither macros nor directives.
 *
 * All arrays are doubles; a matrix is its rows one after the other. Each function gives the bits of the function of the
 * same name in pygraphnn/lists.py: the same operations in the same order on each element. Results never overlap
 * arguments, and the caller, kernels.py, has checked all sizes. Any size may be 0 unless it says otherwise. */
#ifndef PGN_KERNELS_H
#define PGN_KERNELS_H
#include <float.h>
#include <stddef.h>
#include <stdint.h>
#if FLT_EVAL_METHOD != 0
#error "each operation must be rounded to double on its own, but here FLT_EVAL_METHOD is not 0"
#endif

/* matmul.c */
/* C = A · B: rows × inner times inner × columns. lists.py: matmul. */
int pgn_matmul(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns);

/* C = Aᵀ · B: A is inner × rows, B inner × columns. lists.py: transposed_matmul. */
int pgn_transposed_matmul(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner,
                          ptrdiff_t columns);

/* C = A · Bᵀ: A is rows × inner, B columns × inner. lists.py: matmul_transposed. */
int pgn_matmul_transposed(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t inner,
                          ptrdiff_t columns);

/* The general form, for a piece of a larger product: C[i][j] is c[i * c_row + j], A[i][k] is a[i * a_row + k * a_column],
   B[k][j] is b[k * b_row + j * b_column]. With go_on = 0 the sums start from 0.0; with go_on = 1 they go on from what C
   holds, so that a product cut over k, in ascending order, has the bits of the whole. */
int pgn_matmul_piece(double *c, ptrdiff_t c_row, const double *a, ptrdiff_t a_row, ptrdiff_t a_column, const double *b,
                     ptrdiff_t b_row, ptrdiff_t b_column, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, int go_on);

/* The kernels for different processors. All give the same bits. */
enum pgn_path {
    PGN_PLAIN = 0,    /* loops in plain C */
    PGN_BASELINE = 1, /* vectors that every processor of the target has: SSE2 on x86-64, NEON on AArch64 */
    PGN_AVX2 = 2,
    PGN_AVX512 = 3
};

/* Forces a path. Returns 0, or 1 if this machine or this build cannot run it; the path then stays as it was. */
int pgn_set_path(int path);

/* The path in use: the forced one, else the highest that the machine can run. */
int pgn_get_path(void);

/* At how many threads at most a large product is computed; below 1 counts as 1, which is also the default. */
void pgn_set_threads(int threads);
int pgn_get_threads(void);

/* elements.c: element by element, for n elements, or rows × columns */
void pgn_add(double *c, const double *a, const double *b, ptrdiff_t n);
void pgn_subtract(double *c, const double *a, const double *b, ptrdiff_t n);
void pgn_multiply(double *c, const double *a, const double *b, ptrdiff_t n);
void pgn_scale(double *c, const double *a, double factor, ptrdiff_t n);
void pgn_add_row(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns);
void pgn_sigmoid(double *c, const double *a, ptrdiff_t n);
void pgn_sigmoid_gradient(double *c, const double *s, const double *grad, ptrdiff_t n);
void pgn_scaled_difference(double *c, double factor, const double *y, const double *a, ptrdiff_t n);
void pgn_descend(double *c, const double *w, double learning_rate, const double *grad, ptrdiff_t n);
void pgn_standardize(double *c, const double *a, const double *means, const double *deviations, ptrdiff_t rows,
                     ptrdiff_t columns);

/* sums.c: every sum starts from 0.0 and adds its terms in ascending order, row after row */
void pgn_column_sums(double *sums, const double *a, ptrdiff_t rows, ptrdiff_t columns);
void pgn_row_sums(double *sums, const double *a, ptrdiff_t rows, ptrdiff_t columns);
double pgn_total(const double *a, ptrdiff_t n);
double pgn_mean_square_error(const double *y, const double *a, ptrdiff_t n);
void pgn_column_means(double *means, const double *a, ptrdiff_t rows, ptrdiff_t columns);
void pgn_column_deviations(double *deviations, const double *a, const double *means, ptrdiff_t rows,
                           ptrdiff_t columns);

/* rows.c */

/* Row i of c is row chosen[i] of a, which has `rows` rows. Returns 1 if a number is none of a row; c is then useless. */
int pgn_take_rows(double *c, const double *a, ptrdiff_t rows, ptrdiff_t columns, const ptrdiff_t *chosen, ptrdiff_t n);

/* n row numbers below `rows` from the SplitMix64 stream that has come to `state`. */
void pgn_draw_rows(ptrdiff_t *chosen, ptrdiff_t n, uint64_t state, ptrdiff_t rows);

/* A digest of the sources that the module was built from. */
const char *pgn_sources(void);

#endif
