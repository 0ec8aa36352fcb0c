/* The operations with a number for each row of a matrix, of which softmax and cross entropy are made. The loops of the same
 * names in pygraphnn/more_lists.py have the same formulas. */
#include "kernels.h"
#include "processors.h"

#include <math.h>

/* columns is at least 1. */
void pgn_row_maxima(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns)
{
    (void)b;
    for (ptrdiff_t i = 0; i < rows; i++, a += columns) {
        double largest = a[0];
        for (ptrdiff_t j = 1; j < columns; j++)
            if (a[j] > largest)
                largest = a[j];
        c[i] = largest;
    }
}

#define WITH_COLUMN(name, operation)                                                                                   \
    ALSO_WIDER                                                                                                         \
    void name(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns)                          \
    {                                                                                                                  \
        for (ptrdiff_t i = 0; i < rows; i++) {                                                                         \
            const double number = b[i];                                                                                \
            for (ptrdiff_t j = 0; j < columns; j++)                                                                    \
                c[i * columns + j] = a[i * columns + j] operation number;                                              \
        }                                                                                                              \
    }

WITH_COLUMN(pgn_subtract_column, -)
WITH_COLUMN(pgn_multiply_column, *)
WITH_COLUMN(pgn_divide_column, /)

/* NaN where a label is no column: what follows is then not finite, and the loops say which label it is. */
void pgn_one_hot(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns)
{
    (void)a;
    for (ptrdiff_t i = 0; i < rows; i++, c += columns) {
        const int is_column = b[i] >= 0.0 && b[i] < (double)columns && b[i] == floor(b[i]);
        for (ptrdiff_t j = 0; j < columns; j++)
            c[j] = is_column ? 0.0 : (double)NAN;
        if (is_column)
            c[(ptrdiff_t)b[i]] = 1.0;
    }
}
