/* The sums. Each one starts from 0.0 and adds its own terms in ascending order, one after the other; only the sums of
 * neighbouring columns are computed side by side. */
#include "kernels.h"
#include "processors.h"
#include "strips.h"

#include <math.h>

/* The sums of `width` neighbouring columns. */
ALWAYS_INLINE void sums_of(const int width, double *sums, const double *a, ptrdiff_t rows, ptrdiff_t columns, int go_on)
{
    double s[WIDEST];
    for (int j = 0; j < width; j++)
        s[j] = go_on ? sums[j] : 0.0;
    for (ptrdiff_t i = 0; i < rows; i++)
        for (int j = 0; j < width; j++)
            s[j] += a[i * columns + j];
    for (int j = 0; j < width; j++)
        sums[j] = s[j];
}

ALSO_WIDER
void pgn_column_sums(double *restrict sums, const double *a, ptrdiff_t rows, ptrdiff_t columns, int go_on)
{
#define PART(width, j) sums_of(width, sums + (j), a + (j), rows, columns, go_on)
    IN_STRIPS(columns, PART);
#undef PART
}

void pgn_row_sums(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns)
{
    (void)b;
    for (ptrdiff_t i = 0; i < rows; i++)
        c[i] = pgn_total(0.0, a + i * columns, columns);
}

double pgn_total(double s, const double *a, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        s += a[i];
    return s;
}

double pgn_square_error(double s, const double *y, const double *a, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        double d = y[i] - a[i];
        s += d * d;
    }
    return s;
}

/* n is at least 1. */
double pgn_mean_square_error(const double *y, const double *a, ptrdiff_t n)
{
    return pgn_square_error(0.0, y, a, n) / (double)n;
}

/* rows is at least 1, here and below. */
void pgn_column_means(double *restrict means, const double *a, ptrdiff_t rows, ptrdiff_t columns)
{
    pgn_column_sums(means, a, rows, columns, 0);
    for (ptrdiff_t j = 0; j < columns; j++)
        means[j] /= (double)rows;
}

void pgn_column_deviations(double *restrict deviations, const double *a, const double *means, ptrdiff_t rows,
                           ptrdiff_t columns)
{
    for (ptrdiff_t j = 0; j < columns; j++)
        deviations[j] = 0.0;
    for (ptrdiff_t i = 0; i < rows; i++) {
        for (ptrdiff_t j = 0; j < columns; j++) {
            double d = a[i * columns + j] - means[j];
            deviations[j] += d * d;
        }
    }
    for (ptrdiff_t j = 0; j < columns; j++)
        deviations[j] = sqrt(deviations[j] / (double)rows);
}
