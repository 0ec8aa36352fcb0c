/* Drawing the rows of a batch, and gathering them. */
#include "kernels.h"

#include <string.h>

int pgn_take_rows(double *restrict c, const double *a, ptrdiff_t rows, ptrdiff_t columns, const ptrdiff_t *chosen,
                  ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        if (chosen[i] < 0 || chosen[i] >= rows)
            return 1;
        if (columns == 1) /* a call would take longer than the copy */
            c[i] = a[chosen[i]];
        else
            memcpy(c + i * columns, a + chosen[i] * columns, (size_t)columns * sizeof *c);
    }
    return 0;
}

/* SplitMix64, as in pygraphnn/rng.py: SplitMix64.below. */
void pgn_draw_rows(ptrdiff_t *restrict chosen, ptrdiff_t n, uint64_t state, ptrdiff_t rows)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        state += 0x9E3779B97F4A7C15u;
        uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        z ^= z >> 31;
        chosen[i] = (ptrdiff_t)(((z >> 32) * (uint64_t)rows) >> 32);
    }
}

const char *pgn_sources(void)
{
    return PGN_SOURCES;
}
