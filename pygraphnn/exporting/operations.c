/* The operations as plain loops, in the order of pygraphnn/lists.py: a file that is exported gets those that it needs, and
 * those on each element alone from csrc/each.h. `real` is double or float. c is the result; the sizes are named as in
 * pygraphnn/shapes.py. A block between empty lines is one function. */

static void nn_matmul(real *c, const real *a, const real *b, int n, int m, int p)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < p; j++) {
            real s = 0.0;
            for (int k = 0; k < m; k++)
                s += a[i * m + k] * b[k * p + j];
            c[i * p + j] = s;
        }
}

static void nn_transposed_matmul(real *c, const real *a, const real *b, int m, int n, int p)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < p; j++) {
            real s = 0.0;
            for (int k = 0; k < m; k++)
                s += a[k * n + i] * b[k * p + j];
            c[i * p + j] = s;
        }
}

static void nn_matmul_transposed(real *c, const real *a, const real *b, int n, int m, int p)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < p; j++) {
            real s = 0.0;
            for (int k = 0; k < m; k++)
                s += a[i * m + k] * b[j * m + k];
            c[i * p + j] = s;
        }
}

static void nn_add_row(real *c, const real *a, const real *b, int n, int m)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            c[i * m + j] = a[i * m + j] + b[j];
}

static void nn_standardize(real *c, const real *a, const real *b, const real *d, int n, int m)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            c[i * m + j] = (a[i * m + j] - b[j]) / d[j];
}

static void nn_row_maxima(real *c, const real *a, int n, int N)
{
    for (int i = 0; i < n; i++) {
        c[i] = a[i * N];
        for (int j = 1; j < N; j++)
            if (a[i * N + j] > c[i])
                c[i] = a[i * N + j];
    }
}

static void nn_subtract_column(real *c, const real *a, const real *b, int n, int m)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            c[i * m + j] = a[i * m + j] - b[i];
}

static void nn_multiply_column(real *c, const real *a, const real *b, int n, int m)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            c[i * m + j] = a[i * m + j] * b[i];
}

static void nn_divide_column(real *c, const real *a, const real *b, int n, int m)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            c[i * m + j] = a[i * m + j] / b[i];
}

static void nn_one_hot(real *c, const real *a, const real *b, int n, int m)
{
    (void)a;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            c[i * m + j] = (real)j == b[i] ? 1.0 : 0.0;
}

static void nn_pick_rows(real *c, const real *a, const real *b, int n, int m, int k)
{
    for (int i = 0; i < k; i++) {
        const int row = b[i] >= 0.0 && b[i] < (real)n ? (int)b[i] : -1; /* NaN in the place of what is no row */
        for (int j = 0; j < m; j++)
            c[i * m + j] = row >= 0 && (real)row == b[i] ? a[row * m + j] : (real)NAN;
    }
}

static void nn_add_to_rows(real *c, const real *a, const real *b, const real *grad, int n, int m, int k)
{
    (void)a;
    for (int i = 0; i < n * m; i++)
        c[i] = 0.0;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < m; j++)
            c[(int)b[i] * m + j] += grad[i * m + j];
}

static void nn_total(real *c, const real *a, int n)
{
    c[0] = 0.0;
    for (int i = 0; i < n; i++)
        c[0] += a[i];
}

static void nn_row_sums(real *c, const real *a, int n, int m)
{
    for (int i = 0; i < n; i++) {
        c[i] = 0.0;
        for (int j = 0; j < m; j++)
            c[i] += a[i * m + j];
    }
}

static void nn_column_sums(real *c, const real *a, int n, int m)
{
    for (int j = 0; j < m; j++) {
        c[j] = 0.0;
        for (int i = 0; i < n; i++)
            c[j] += a[i * m + j];
    }
}

static void nn_column_means(real *c, const real *a, int N, int m)
{
    for (int j = 0; j < m; j++) {
        c[j] = 0.0;
        for (int i = 0; i < N; i++)
            c[j] += a[i * m + j];
        c[j] /= (real)N;
    }
}

static void nn_column_deviations(real *c, const real *a, const real *b, int N, int m)
{
    for (int j = 0; j < m; j++) {
        c[j] = 0.0;
        for (int i = 0; i < N; i++)
            c[j] += (a[i * m + j] - b[j]) * (a[i * m + j] - b[j]);
        c[j] = sqrt(c[j] / (real)N);
    }
}

static void nn_mean_square_error(real *c, const real *a, const real *b, int n)
{
    c[0] = 0.0;
    for (int i = 0; i < n; i++)
        c[0] += (a[i] - b[i]) * (a[i] - b[i]);
    c[0] /= (real)n;
}
