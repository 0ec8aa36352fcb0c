/* Every matrix product on every path that the machine has, against the naive loop, bit for bit, and exp in every version
   against the C library's: for targets on which the Python tests cannot run. `driver SEED PRODUCTS` prints what it
   compared; 1 if anything differs. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#if defined _WIN32
#include <windows.h>
#endif

static uint64_t state;

static uint64_t below(uint64_t n)
{
    ptrdiff_t row;
    pgn_draw_rows(&row, 1, state++ * 0x632BE59BD9B4E019u, (ptrdiff_t)n);
    return (uint64_t)row;
}

/* Full mantissas, on which every order of a sum rounds differently; one in twenty is remarkable, some may be zeros. */
static int zeros_in_ten;

static double number(void)
{
    static const double remarkable[] = {0.0, -0.0, 5e-324, -1e-310, 1e300, -1e300, INFINITY, -INFINITY, NAN};
    const double x = ((double)below(1u << 30) / (1u << 29) - 1.0) * (1.0 + (double)below(1u << 22) * 0x1p-52);
    if ((int)below(10) < zeros_in_ten)
        return below(2) ? 0.0 : -0.0;
    return below(20) ? x : remarkable[below(sizeof remarkable / sizeof *remarkable)];
}

/* Exactly n numbers, so that a sanitizer sees every access beyond them. */
static double *numbers(ptrdiff_t n)
{
    double *const new = malloc(n ? (size_t)n * sizeof(double) : 1);
    if (!new)
        exit(2);
    for (ptrdiff_t i = 0; i < n; i++)
        new[i] = number();
    return new;
}

/* How many numbers lie from the first of a matrix to its last. */
static ptrdiff_t extent(ptrdiff_t rows, ptrdiff_t row, ptrdiff_t columns, ptrdiff_t column)
{
    return rows && columns ? (rows - 1) * row + (columns - 1) * column + 1 : 0;
}

static int same_bits(const double *x, const double *y, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        if (memcmp(x + i, y + i, sizeof *x) != 0 && !(x[i] != x[i] && y[i] != y[i]))
            return 0;
    return 1;
}

/* One shape, with A and B transposed or not; as a piece, its rows lie further apart, and the sums may go on. */
static void check(ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, int a_turned, int b_turned, int piece)
{
    const ptrdiff_t apart = piece ? (ptrdiff_t)below(4) : 0, c_row = columns + apart;
    const ptrdiff_t a_row = a_turned ? 1 : inner + apart, a_column = a_turned ? rows + apart : 1;
    const ptrdiff_t b_row = b_turned ? 1 : columns + apart, b_column = b_turned ? inner + apart : 1;
    const ptrdiff_t n = extent(rows, c_row, columns, 1);
    const int go_on = piece && below(2);
    double *const before = numbers(n), *const expected = numbers(n), *const c = numbers(n);
    double *const b = numbers(extent(inner, b_row, columns, b_column)), *const bias = numbers(columns);
    const int adds_bias = piece && below(2);
    zeros_in_ten = below(3) ? 0 : 6;
    double *const a = numbers(extent(rows, a_row, inner, a_column));
    zeros_in_ten = 0;
    for (ptrdiff_t i = 0; i < n; i++)
        before[i] += 0.0; /* a sum is never -0.0 */
    const struct pgn_product product = {
        c, a, b, adds_bias ? bias : NULL, c_row, a_row, a_column, b_row, b_column, rows, inner, columns, go_on};
    if (n)
        memcpy(expected, before, (size_t)n * sizeof *c);
    for (ptrdiff_t i = 0; i < rows; i++) {
        for (ptrdiff_t j = 0; j < columns; j++) {
            volatile double s = go_on ? before[i * c_row + j] : 0.0;
            for (ptrdiff_t k = 0; k < inner; k++) {
                const volatile double term = a[i * a_row + k * a_column] * b[k * b_row + j * b_column];
                s += term;
            }
            if (adds_bias)
                s += bias[j];
            expected[i * c_row + j] = s;
        }
    }
    for (int path = PGN_PLAIN; path <= PGN_AVX512; path++) {
        for (int threads = 1; threads <= 3 && pgn_set_path(path) == 0; threads++) {
            int failed;
            pgn_set_threads(threads);
            if (n)
                memcpy(c, before, (size_t)n * sizeof *c);
            if (piece || (a_turned && b_turned))
                failed = pgn_multiply_piece(&product, NULL, 0);
            else
                failed = (a_turned   ? pgn_transposed_matmul
                          : b_turned ? pgn_matmul_transposed
                                     : pgn_matmul)(c, a, b, rows, inner, columns);
            if (failed || !same_bits(c, expected, n)) {
                printf("path %d, %d threads: %td x %td x %td, A %d, B %d, piece %d, go_on %d, bias %d is wrong\n", path,
                       threads, rows, inner, columns, a_turned, b_turned, piece, go_on, adds_bias);
                exit(1);
            }
        }
    }
    free(a), free(b), free(c), free(bias), free(before), free(expected);
}

/* The library's that Python would have loaded. */
static double (*library_exp(void))(double)
{
#if defined _WIN32
    double (*found)(double) = exp;
    const HMODULE library = GetModuleHandleA("ucrtbase.dll");
    const FARPROC address = library ? GetProcAddress(library, "exp") : NULL;
    if (address)
        memcpy(&found, &address, sizeof found);
    return found;
#else
    return exp;
#endif
}

static void check_exp(void)
{
    double (*const expected_exp)(double) = library_exp();
    for (int version = PGN_EXP_LIBRARY; version <= PGN_EXP_AVX512; version++) {
        for (int n = 0; n < 2000 && pgn_set_exp(version) == 0; n++) {
            double a[50], c[50], expected[50];
            for (int i = 0; i < 50; i++) {
                a[i] = number() * (n % 2 ? 760.0 : 20.0);
                expected[i] = expected_exp(a[i]);
            }
            pgn_exp(c, a, NULL, 0.0, n % 50);
            if (!same_bits(c, expected, n % 50)) {
                printf("exp in version %d is wrong\n", version);
                exit(1);
            }
        }
    }
}

int main(int arguments, char **argument)
{
    const int products = arguments > 2 ? atoi(argument[2]) : 200;
    state = arguments > 1 ? strtoull(argument[1], NULL, 10) : 0;
    for (int n = 0; n < products; n++) {
        ptrdiff_t sizes[3];
        for (int i = 0; i < 3; i++)
            sizes[i] = (ptrdiff_t)below(below(3) ? 40 : 130);
        if (below(10) == 0)
            sizes[below(3)] = (ptrdiff_t)below(1100);
        check(sizes[0], sizes[1], sizes[2], (int)below(2), (int)below(2), (int)below(2));
    }
    for (int turned = 0; turned < 4 && turned < products / 20; turned++) /* packed, and shared by three threads */
        check(230 + turned, 241, 239, turned & 1, turned >> 1, turned & 1);
    check_exp();
    printf("%d products and more on the paths", products);
    for (int path = PGN_PLAIN; path <= PGN_AVX512; path++)
        if (pgn_set_path(path) == 0)
            printf(" %d", path);
    puts(": the bits of the naive loop");
    return 0;
}
