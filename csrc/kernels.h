/* What the kernels offer. cffi reads the same declarations; it has no preprocessor, so build.py writes those of each.h
 * out for it.
 *
 * All arrays are doubles; a matrix is its rows one after the other. Each function gives the bits of the function of the
 * same name in pygraphnn/lists.py: the same operations in the same order on each element. Results overlap no arguments,
 * except that those of pgn_add, pgn_add_row, pgn_exp and pgn_descend may be one of theirs. The caller, kernels.py, has
 * checked all sizes. Any size may be 0 unless it says otherwise. */
#ifndef PGN_KERNELS_H
#define PGN_KERNELS_H
#include <float.h>
#include <stddef.h>
#include <stdint.h>
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 1 /* 1, as on s390x, is about floats of single precision */
#error "this target computes doubles in another precision, so the bits would differ (on x87: use -msse2 -mfpmath=sse)"
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

/* The general form, for a piece of a larger product: C[i][j] is c[i * c_row + j], A[i][k] is
   a[i * a_row + k * a_column], B[k][j] is b[k * b_row + j * b_column]. With go_on = 0 the sums start from 0.0. With
   go_on = 1 they go on from what C holds, which are sums that started so: a product cut over k, in ascending order, has
   the bits of the whole. If `bias` is not NULL, it is added to every row in the end. */
struct pgn_product {
    double *c;
    const double *a, *b, *bias;
    ptrdiff_t c_row, a_row, a_column, b_row, b_column, rows, inner, columns;
    int go_on;
};

/* Computes it. A large one needs working memory: it uses `room`, and where that is too small it allocates some for the
   time of the call. 1: there is none. */
int pgn_multiply_piece(const struct pgn_product *product, void *room, size_t room_size);

/* The bytes of working memory that a product of these sizes needs, on the path and with the threads that are set. */
size_t pgn_room(ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns);

/* The kernels for different processors. All give the same bits. */
enum pgn_path {
    PGN_PLAIN = 0,    /* loops in plain C */
    PGN_BASELINE = 1, /* vectors that every processor of the target has: SSE2 on x86-64, NEON on AArch64 */
    PGN_AVX2 = 2,
    PGN_AVX512VL = 3, /* its registers, but half of its vectors: for narrow products */
    PGN_AVX512 = 4
};

/* Forces a path. Returns 0, or 1 if this machine or this build cannot run it; the path then stays as it was. */
int pgn_set_path(int path);

/* The path in use: the forced one, else the highest that the machine can run. */
int pgn_get_path(void);

/* How many threads at most share a large product, or in a plan a large operation on each element; below 1 counts as 1,
   which is also the default. */
void pgn_set_threads(int threads);
int pgn_get_threads(void);

/* elements.c: element by element, for n elements, or rows × columns */
/* All those that work on each element alone are of one type, pgn_each, so that a plan calls them by their addresses. What
   a formula does not need, b or the number, may be anything. */
typedef void (*pgn_each)(double *c, const double *a, const double *b, double number, ptrdiff_t n);
#define EACH(name, formula) void pgn_##name(double *c, const double *a, const double *b, double number, ptrdiff_t n);
#include "each.h"
#undef EACH

/* Those that work on each row of a matrix A alone are of one type, too. What b is, a vector for the rows, one for the
   columns, or nothing, stands in pygraphnn/shapes.py. */
typedef void (*pgn_by_rows)(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns);
void pgn_add_row(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns);
void pgn_row_sums(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns); /* in sums.c */

/* columns.c: a number for each row */
void pgn_row_maxima(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns);
void pgn_subtract_column(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns);
void pgn_multiply_column(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns);
void pgn_divide_column(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns);
void pgn_one_hot(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns);

void pgn_standardize(double *c, const double *a, const double *means, const double *deviations, ptrdiff_t rows,
                     ptrdiff_t columns);

/* Whether any of n numbers is NaN; whether all of them are finite. */
int pgn_has_nan(const double *a, ptrdiff_t n);
int pgn_is_finite(const double *a, ptrdiff_t n);

/* exp.c */
/* c = exp(a), with the bits of the C library's exp */
void pgn_exp(double *c, const double *a, const double *b, double number, ptrdiff_t n);
/* As those in elements.c; tanh is in tanh.c. */
void pgn_tanh(double *c, const double *a, const double *b, double number, ptrdiff_t n);
void pgn_sigmoid(double *c, const double *a, const double *b, double number, ptrdiff_t n);

/* The ways to compute exp, and tanh. All give the same bits. */
enum pgn_exp_version {
    PGN_EXP_LIBRARY = 0,
    PGN_EXP_AVX2 = 1, /* vectors; only if they have proved that they give the bits of the library at hand */
    PGN_EXP_AVX512 = 2
};

/* As pgn_set_path and pgn_get_path: forces a version, 1 if it cannot be used here; the version in use, which is the
   fastest one until another is forced. */
int pgn_set_exp(int version);
int pgn_get_exp(void);
int pgn_set_tanh(int version);
int pgn_get_tanh(void);

/* sums.c: every sum starts from 0.0 and adds its terms in ascending order, row after row */
/* With go_on = 1, the sums go on from what they hold. */
void pgn_column_sums(double *sums, const double *a, ptrdiff_t rows, ptrdiff_t columns, int go_on);
double pgn_mean_square_error(const double *y, const double *a, ptrdiff_t n);
/* Sums that go on from s: of all numbers, and of the squares that the mean is taken of. */
double pgn_total(double s, const double *a, ptrdiff_t n);
double pgn_square_error(double s, const double *y, const double *a, ptrdiff_t n);
void pgn_column_means(double *means, const double *a, ptrdiff_t rows, ptrdiff_t columns);
void pgn_column_deviations(double *deviations, const double *a, const double *means, ptrdiff_t rows, ptrdiff_t columns);

/* rows.c */

/* Row i of c is row chosen[i] of a, which has `rows` rows. Returns 1 if a number is none of a row; c is then useless. */
int pgn_take_rows(double *c, const double *a, ptrdiff_t rows, ptrdiff_t columns, const ptrdiff_t *chosen, ptrdiff_t n);

/* n row numbers below `rows` from the SplitMix64 stream that has come to `state`. */
void pgn_draw_rows(ptrdiff_t *chosen, ptrdiff_t n, uint64_t state, ptrdiff_t rows);

/* Row i of c is that row of a, which has `rows` rows, whose number is numbers[i]. 1: a number is none of a row; NaN stands
   there. */
int pgn_pick_rows(double *c, const double *a, const double *numbers, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t n);

/* Row r of c is the sum of the rows i of grad with numbers[i] = r. With go_on = 1 the sums go on from what c holds. */
void pgn_add_to_rows(double *c, const double *numbers, const double *grad, ptrdiff_t rows, ptrdiff_t columns,
                     ptrdiff_t n, int go_on);

/* Elements `first` to `first` + n of a mask, by the stream whose state these four pieces are; the state after n numbers. */
void pgn_dropout_mask(double *c, const double *state, double rate, ptrdiff_t first, ptrdiff_t n);
void pgn_skip_random(double *c, const double *state, double n);

/* plan.c: many training steps, or one pass forward, in one call */
enum pgn_operation {
    PGN_DRAW_ROWS,   /* draws `rows` row numbers below `inner`: the batch's, from number `first` on */
    PGN_TAKE_ROWS,   /* c = these rows of a, which has `inner` rows */
    PGN_EACH,        /* c = the kernel `each`, on each element of a and b alone */
    PGN_PRODUCT,     /* c = a · b + bias, a pgn_product */
    PGN_BY_ROWS,     /* c = the kernel `by_rows`, on rows of a */
    PGN_COLUMN_SUMS, /* c = the kernel of that name, or a sum that goes on from what c holds; PGN_TOTAL likewise */
    PGN_TOTAL,
    PGN_PICK_ROWS,   /* the kernels of these names; a is what is picked from, or the pieces of a state */
    PGN_ADD_TO_ROWS, /* a is the numbers, b what is added; a sum may go on */
    PGN_DROPOUT_MASK,
    PGN_SKIP_RANDOM,
    PGN_MEAN_SQUARE_ERROR, /* a sum of squares that may go on, and becomes a mean once it is complete */
    PGN_LOSS               /* a is the loss of this step, which goes into the sum of losses */
};

/* One call of a kernel. c, a and b are numbers of buffers; the offsets, in doubles, say where in them. */
struct pgn_instruction {
    int operation;
    int only_in_the_last; /* whether the step does without it, unless it is the last one */
    ptrdiff_t c, a, b, c_offset, a_offset, b_offset;
    ptrdiff_t rows, inner, columns;
    ptrdiff_t first;   /* of the batch's row numbers, or of a mask's elements, the one that this begins with */
    int go_on;         /* whether a sum goes on from what c holds */
    ptrdiff_t mean_of; /* of how many numbers this sum completes the mean; 0: it does not */
    pgn_each each;
    pgn_by_rows by_rows;
    double number;               /* the number that the kernel takes; of `each` only if number_in is below 0 */
    ptrdiff_t number_in;         /* the buffer that holds the number that `each` takes */
    struct pgn_product product;  /* a product: its sizes and strides; the pointers are filled in at each run */
    ptrdiff_t bias, bias_offset; /* the buffer with its bias, below 0 without one; where in it */
    ptrdiff_t room;              /* the buffer that it works in; below 0: in the plan's own room */
    size_t room_size;            /* how many bytes it needs there */
    ptrdiff_t work;              /* about how many multiply-adds it takes as much time as */
};

struct pgn_plan {
    struct pgn_instruction *instructions;
    ptrdiff_t length, next; /* how many there are, and which is next */
    ptrdiff_t step;         /* how many steps have been done */
    int is_last;            /* whether the next step is the last one */
    double **buffers;
    ptrdiff_t *before; /* buffers, by their numbers, that a step begins with: parameters and states */
    ptrdiff_t *after;  /* the buffers that take their places at the end of a step */
    ptrdiff_t pairs;   /* how many there are of each */
    ptrdiff_t *chosen; /* the rows of the batch */
    void *room;        /* for large products */
    uint64_t random_state;
    double loss, sum_of_losses;           /* of the last step, and of all steps of the epoch so far */
    ptrdiff_t epoch_steps, step_of_epoch; /* how many steps an epoch has, and how many of this one have been done */
    double *epoch_sums;                   /* the sums of losses of whole epochs */
    ptrdiff_t epochs;                     /* how many sums stand in epoch_sums, since somebody set this to 0 */
};

enum pgn_outcome {
    PGN_DONE,
    PGN_PAUSED,   /* the time is up: call again to go on */
    PGN_DIVERGED, /* sum_of_losses is no longer finite; there is no going on */
    PGN_NO_MEMORY /* a product could not be computed; call again to try it again */
};

/* Goes on until `steps` steps have been done since the plan was made, and in the step after them up to an instruction.
   What a step begins with, the parameters and the optimizer's states, is kept until the loss of the next one is known. */
int pgn_plan_run(struct pgn_plan *plan, ptrdiff_t steps, ptrdiff_t instruction, double most_seconds);

/* A digest of the sources that the module was built from. */
const char *pgn_sources(void);

#endif
