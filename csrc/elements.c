/* The operations that work on each element alone. Any order of the elements gives the same bits, so the compiler is
 * free to compute neighbours side by side. */
#if defined __clang__ /* a loop that calls the C library for each element is not vectorised, and need not be */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

#include "kernels.h"
#include "library.h"
#include "processors.h"
#include "strips.h"

#include <math.h>

/* Where c may be an argument, each of its elements depends on none but the one in its own place. */
#if defined __clang__
#define SIDE_BY_SIDE _Pragma("clang loop vectorize(assume_safety)")
#elif defined __GNUC__
#define SIDE_BY_SIDE _Pragma("GCC ivdep")
#else
#define SIDE_BY_SIDE
#endif

/* The kernels of one type: each element of c by a formula of those of a and b in its place, and of a number. */
#define EACH(name, formula)                                                                                            \
    ALSO_WIDER                                                                                                         \
    void pgn_##name(double *c, const double *a, const double *b, double number, ptrdiff_t n)                           \
    {                                                                                                                  \
        (void)b, (void)number;                                                                                         \
        SIDE_BY_SIDE                                                                                                   \
        for (ptrdiff_t i = 0; i < n; i++)                                                                              \
            c[i] = formula;                                                                                            \
    }

#include "each.h"

/* b added to `width` neighbouring columns. */
ALWAYS_INLINE void add_row_to(const int width, double *c, const double *a, const double *b, ptrdiff_t rows,
                              ptrdiff_t columns)
{
    for (ptrdiff_t i = 0; i < rows; i++) {
        double sums[WIDEST];
        for (int j = 0; j < width; j++)
            sums[j] = a[i * columns + j] + b[j];
        for (int j = 0; j < width; j++)
            c[i * columns + j] = sums[j];
    }
}

ALSO_WIDER
void pgn_add_row(double *c, const double *a, const double *b, ptrdiff_t rows, ptrdiff_t columns)
{
#define PART(width, j) add_row_to(width, c + (j), a + (j), b + (j), rows, columns)
    if (columns < WIDEST)
        IN_STRIPS(columns, PART);
    else
        for (ptrdiff_t i = 0; i < rows; i++)
            pgn_add(c + i * columns, a + i * columns, b, 0.0, columns);
#undef PART
}

ALSO_WIDER
void pgn_standardize(double *restrict c, const double *a, const double *means, const double *deviations, ptrdiff_t rows,
                     ptrdiff_t columns)
{
    for (ptrdiff_t i = 0; i < rows; i++)
        for (ptrdiff_t j = 0; j < columns; j++)
            c[i * columns + j] = (a[i * columns + j] - means[j]) / deviations[j];
}

ALSO_WIDER
int pgn_has_nan(const double *a, ptrdiff_t n)
{
    int64_t found = 0;
    for (ptrdiff_t i = 0; i < n; i++)
        found |= a[i] != a[i];
    return found != 0;
}

ALSO_WIDER
int pgn_is_finite(const double *a, ptrdiff_t n)
{
    int64_t others = 0;
    for (ptrdiff_t i = 0; i < n; i++)
        others |= a[i] - a[i] != 0.0; /* NaN, then */
    return others == 0;
}
