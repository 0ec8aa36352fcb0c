/* The lesson's training, 13-10-1 with batches of 16, written by hand for exactly this network: what C can do without a
 * framework. All sizes are constants, and nothing is allocated.
 *
 *     cc -O3 -ffp-contract=off lesson.c -o lesson -lm
 *     lesson FILE ROWS EPOCHS
 *
 * FILE holds doubles: the rows' 13 features each, the labels, then W1, b1, W2 and b2. Prints how many seconds the training
 * took, and the mean loss of the last epoch. The order of the operations is pygraphnn's, so the loss has the same bits. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FEATURES = 13, HIDDEN = 10, BATCH = 16 };

static double W1[FEATURES][HIDDEN], b1[HIDDEN], W2[HIDDEN], b2;

static double seconds(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double step(const double (*X)[FEATURES], const double *y, uint64_t rows, uint64_t *state)
{
    const double *x[BATCH];
    double label[BATCH], hidden[BATCH][HIDDEN], prediction[BATCH], grad[BATCH];
    double grad_hidden[BATCH][HIDDEN], grad_W1[FEATURES][HIDDEN] = {{0}}, grad_b1[HIDDEN] = {0}, grad_W2[HIDDEN] = {0};
    double grad_b2 = 0.0, loss = 0.0;
    for (int i = 0; i < BATCH; i++) {
        const uint64_t row = ((next_random(state) >> 32) * rows) >> 32;
        x[i] = X[row];
        label[i] = y[row];
    }
    for (int i = 0; i < BATCH; i++) {
        double sums[HIDDEN] = {0};
        for (int k = 0; k < FEATURES; k++)
            for (int j = 0; j < HIDDEN; j++)
                sums[j] += x[i][k] * W1[k][j];
        for (int j = 0; j < HIDDEN; j++) {
            const double a = sums[j] + b1[j];
            const double e = exp(-fabs(a));
            hidden[i][j] = (a >= 0.0 ? 1.0 : e) / (1.0 + e);
        }
        double s = 0.0;
        for (int j = 0; j < HIDDEN; j++)
            s += hidden[i][j] * W2[j];
        prediction[i] = s + b2;
    }
    for (int i = 0; i < BATCH; i++) {
        const double d = label[i] - prediction[i];
        loss += d * d;
        grad[i] = 2.0 / BATCH * (prediction[i] - label[i]);
        grad_b2 += grad[i];
        for (int j = 0; j < HIDDEN; j++) {
            grad_W2[j] += hidden[i][j] * grad[i];
            grad_hidden[i][j] = hidden[i][j] * (1.0 - hidden[i][j]) * (grad[i] * W2[j]);
            grad_b1[j] += grad_hidden[i][j];
        }
        for (int k = 0; k < FEATURES; k++)
            for (int j = 0; j < HIDDEN; j++)
                grad_W1[k][j] += x[i][k] * grad_hidden[i][j];
    }
    for (int k = 0; k < FEATURES; k++)
        for (int j = 0; j < HIDDEN; j++)
            W1[k][j] -= 0.01 * grad_W1[k][j];
    for (int j = 0; j < HIDDEN; j++) {
        b1[j] -= 0.01 * grad_b1[j];
        W2[j] -= 0.01 * grad_W2[j];
    }
    b2 -= 0.01 * grad_b2;
    return loss / BATCH;
}

int main(int arguments, char **argument)
{
    FILE *const file = arguments == 4 ? fopen(argument[1], "rb") : NULL;
    const size_t rows = file ? strtoul(argument[2], NULL, 10) : 0;
    const long epochs = file ? strtol(argument[3], NULL, 10) : 0;
    double(*const X)[FEATURES] = malloc(rows * sizeof *X), *const y = malloc(rows * sizeof *y), mean = 0.0;
    uint64_t state = 0;
    if (!file || !X || !y || fread(X, sizeof *X, rows, file) != rows || fread(y, sizeof *y, rows, file) != rows ||
        fread(W1, sizeof W1, 1, file) != 1 || fread(b1, sizeof b1, 1, file) != 1 ||
        fread(W2, sizeof W2, 1, file) != 1 || fread(&b2, sizeof b2, 1, file) != 1) {
        fprintf(stderr, "usage: lesson FILE ROWS EPOCHS, and the file must hold data and weights\n");
        return 2;
    }
    const double start = seconds();
    for (long epoch = 0; epoch < epochs; epoch++) {
        double total = 0.0;
        const size_t steps = rows / BATCH;
        for (size_t i = 0; i < steps; i++)
            total += step((const double(*)[FEATURES])X, y, rows, &state);
        mean = total / (double)steps;
    }
    printf("%.9f %.17g\n", seconds() - start, mean);
    free(X);
    free(y);
    return 0;
}
