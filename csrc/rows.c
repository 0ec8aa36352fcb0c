/* Drawing the rows of a batch, gathering them, and chance. */
#include "kernels.h"

#include <math.h>
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

/* SplitMix64, as in pygraphnn/rng.py: by so much the state grows with each number, and these are its bits. */
#define STEP 0x9E3779B97F4A7C15u

static inline uint64_t mixed(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* SplitMix64.below */
void pgn_draw_rows(ptrdiff_t *restrict chosen, ptrdiff_t n, uint64_t state, ptrdiff_t rows)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        state += STEP;
        chosen[i] = (ptrdiff_t)(((mixed(state) >> 32) * (uint64_t)rows) >> 32);
    }
}

static int is_row(double number, ptrdiff_t rows)
{
    return number >= 0.0 && number < (double)rows && number == floor(number);
}

/* NaN in the place of what is no row: what follows is then not finite, and the loops say which number it is. */
int pgn_pick_rows(double *restrict c, const double *a, const double *numbers, ptrdiff_t rows, ptrdiff_t columns,
                  ptrdiff_t n)
{
    int is_missing = 0;
    for (ptrdiff_t i = 0; i < n; i++, c += columns) {
        if (is_row(numbers[i], rows)) {
            memcpy(c, a + (ptrdiff_t)numbers[i] * columns, (size_t)columns * sizeof *c);
            continue;
        }
        is_missing = 1;
        for (ptrdiff_t j = 0; j < columns; j++)
            c[j] = (double)NAN;
    }
    return is_missing;
}

void pgn_add_to_rows(double *restrict c, const double *numbers, const double *grad, ptrdiff_t rows, ptrdiff_t columns,
                     ptrdiff_t n, int go_on)
{
    if (!go_on)
        memset(c, 0, (size_t)(rows * columns) * sizeof *c);
    for (ptrdiff_t i = 0; i < n; i++, grad += columns) {
        if (!is_row(numbers[i], rows))
            continue;
        double *const into = c + (ptrdiff_t)numbers[i] * columns;
        for (ptrdiff_t j = 0; j < columns; j++)
            into[j] += grad[j];
    }
}

/* A state as four numbers of 16 bits, the highest first. */
static uint64_t state_of(const double *pieces)
{
    uint64_t state = 0;
    for (int i = 0; i < 4; i++)
        state = state << 16 | (uint64_t)pieces[i];
    return state;
}

void pgn_dropout_mask(double *c, const double *state, double rate, ptrdiff_t first, ptrdiff_t n)
{
    const uint64_t before = state_of(state);
    const double kept = 1.0 / (1.0 - rate);
    for (ptrdiff_t i = 0; i < n; i++) {
        const uint64_t z = mixed(before + ((uint64_t)(first + i) + 1) * STEP);
        c[i] = (double)(z >> 11) * 0x1p-53 < rate ? 0.0 : kept;
    }
}

void pgn_skip_random(double *c, const double *state, double n)
{
    const uint64_t after = state_of(state) + (uint64_t)n * STEP;
    for (int i = 0; i < 4; i++)
        c[i] = (double)(after >> (48 - 16 * i) & 0xFFFF);
}

const char *pgn_sources(void)
{
    return PGN_SOURCES;
}
