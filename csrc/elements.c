/* The operations that work on each element alone. Any order of the elements gives the same bits, so the compiler is free
 * to compute neighbours side by side. */
#include "kernels.h"
#include "processors.h"

/* Where c may be an argument, each of its elements depends on none but the one in its own place. */
#if defined __clang__
#define SIDE_BY_SIDE _Pragma("clang loop vectorize(assume_safety)")
#elif defined __GNUC__
#define SIDE_BY_SIDE _Pragma("GCC ivdep")
#else
#define SIDE_BY_SIDE
#endif

ALSO_FOR_AVX2
void pgn_add(double *c, const double *a, const double *b, ptrdiff_t n)
{
    SIDE_BY_SIDE
    for (ptrdiff_t i = 0; i < n; i++)
        c[i] = a[i] + b[i];
}

ALSO_FOR_AVX2
void pgn_subtract(double *restrict c, const double *a, const double *b, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        c[i] = a[i] - b[i];
}

ALSO_FOR_AVX2
void pgn_multiply(double *restrict c, const double *a, const double *b, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        c[i] = a[i] * b[i];
}

ALSO_FOR_AVX2
void pgn_scale(double *restrict c, const double *a, double factor, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        c[i] = a[i] * factor;
}

ALSO_FOR_AVX2
void pgn_add_row(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns)
{
    SIDE_BY_SIDE
    for (ptrdiff_t i = 0; i < rows && columns == 1; i++)
        c[i] = a[i] + *b;
    for (ptrdiff_t i = 0; i < rows && columns != 1; i++)
        SIDE_BY_SIDE
        for (ptrdiff_t j = 0; j < columns; j++)
            c[i * columns + j] = a[i * columns + j] + b[j];
}

ALSO_FOR_AVX2
void pgn_sigmoid_gradient(double *restrict c, const double *s, const double *grad, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        c[i] = s[i] * (1.0 - s[i]) * grad[i];
}

ALSO_FOR_AVX2
void pgn_scaled_difference(double *restrict c, double factor, const double *y, const double *a, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        c[i] = factor * (y[i] - a[i]);
}

ALSO_FOR_AVX2
void pgn_descend(double *c, const double *w, double learning_rate, const double *grad, ptrdiff_t n)
{
    SIDE_BY_SIDE
    for (ptrdiff_t i = 0; i < n; i++)
        c[i] = w[i] - learning_rate * grad[i];
}

ALSO_FOR_AVX2
void pgn_standardize(double *restrict c, const double *a, const double *means, const double *deviations,
                     ptrdiff_t rows, ptrdiff_t columns)
{
    for (ptrdiff_t i = 0; i < rows; i++)
        for (ptrdiff_t j = 0; j < columns; j++)
            c[i * columns + j] = (a[i * columns + j] - means[j]) / deviations[j];
}
