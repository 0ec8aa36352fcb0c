/* A plan: the instructions of one training step, or of one pass forward, gone through again and again. Each instruction
 * is one call of a kernel on buffers that were laid out beforehand, and no step allocates memory. (If more threads are
 * allowed while it runs, a large product allocates what these need for the time of its call.) Python, in
 * pygraphnn/plan.py, writes the plan. */
#include "clock.h"
#include "kernels.h"
#include "threads.h"

#include <stdatomic.h>

/* So much work, in multiply-adds, is done without looking at the clock: less than a millisecond. */
enum { UNTIMED = 1 << 20 };

enum {
    PART = 1 << 14,           /* elements that a thread takes at a time */
    THREAD_ELEMENTS = 1 << 17 /* no thread is started for less than these: some 0.1 ms */
};

/* An operation on each element alone, for many elements, which some threads share. */
struct many {
    pgn_each kernel;
    double *c;
    const double *a, *b;
    double number;
    ptrdiff_t n;
    atomic_ptrdiff_t taken; /* how many elements some thread has taken */
};

static void some(void *work, ptrdiff_t thread)
{
    struct many *const many = work;
    ptrdiff_t first;
    (void)thread;
    while ((first = atomic_fetch_add(&many->taken, PART)) < many->n) {
        const ptrdiff_t left = many->n - first;
        many->kernel(many->c + first, many->a + first, many->b + first, many->number, left < PART ? left : PART);
    }
}

static void each(const struct pgn_instruction *at, double *c, const double *a, const double *b, double number,
                 ptrdiff_t n)
{
    if (n < 2 * THREAD_ELEMENTS) {
        at->each(c, a, b, number, n);
        return;
    }
    struct many many = {.kernel = at->each, .c = c, .a = a, .b = b, .number = number, .n = n};
    const ptrdiff_t worth = n / THREAD_ELEMENTS, limit = pgn_get_threads();
    share(some, &many, worth < limit ? worth : limit);
}

static int multiply(struct pgn_plan *plan, const struct pgn_instruction *at, double *c, const double *a,
                    const double *b)
{
    struct pgn_product product = at->product;
    product.c = c;
    product.a = a;
    product.b = b;
    product.bias = at->bias < 0 ? NULL : plan->buffers[at->bias] + at->bias_offset;
    void *const room = at->room < 0 ? plan->room : plan->buffers[at->room];
    return pgn_multiply_piece(&product, room, at->room_size) ? PGN_NO_MEMORY : PGN_DONE;
}

/* Returns PGN_DONE, or why the plan cannot go on. */
static int execute(struct pgn_plan *plan, const struct pgn_instruction *at)
{
    double *const c = plan->buffers[at->c] + at->c_offset;
    const double *const a = plan->buffers[at->a] + at->a_offset;
    const double *const b = plan->buffers[at->b] + at->b_offset;
    const ptrdiff_t n = at->rows * at->columns;
    switch ((enum pgn_operation)at->operation) {
    case PGN_DRAW_ROWS:
        pgn_draw_rows(plan->chosen + at->first, at->rows, plan->random_state, at->inner);
        plan->random_state += (uint64_t)at->rows * 0x9E3779B97F4A7C15u;
        break;
    case PGN_TAKE_ROWS:
        pgn_take_rows(c, a, at->inner, at->columns, plan->chosen + at->first, at->rows);
        break;
    case PGN_EACH:
        each(at, c, a, b, at->number_in < 0 ? at->number : *plan->buffers[at->number_in], n);
        break;
    case PGN_PRODUCT:
        return multiply(plan, at, c, a, b);
    case PGN_BY_ROWS:
        at->by_rows(c, a, b, at->rows, at->columns);
        break;
    case PGN_PICK_ROWS:
        pgn_pick_rows(c, a, b, at->inner, at->columns, at->rows);
        break;
    case PGN_ADD_TO_ROWS:
        pgn_add_to_rows(c, a, b, at->inner, at->columns, at->rows, at->go_on);
        break;
    case PGN_DROPOUT_MASK:
        pgn_dropout_mask(c, a, at->number, at->first, n);
        break;
    case PGN_SKIP_RANDOM:
        pgn_skip_random(c, a, at->number);
        break;
    case PGN_COLUMN_SUMS:
        pgn_column_sums(c, a, at->rows, at->columns, at->go_on);
        break;
    case PGN_TOTAL:
        *c = pgn_total(at->go_on ? *c : 0.0, a, n);
        break;
    case PGN_MEAN_SQUARE_ERROR:
        *c = pgn_square_error(at->go_on ? *c : 0.0, a, b, n);
        if (at->mean_of)
            *c /= (double)at->mean_of;
        break;
    case PGN_LOSS:
        plan->loss = *a;
        plan->sum_of_losses += *a;
        if (!pgn_is_finite(&plan->sum_of_losses, 1))
            return PGN_DIVERGED;
        break;
    }
    return PGN_DONE;
}

/* The new parameters and states take the places of those before, which stay in the places of the new ones. */
static void end_step(struct pgn_plan *plan)
{
    for (ptrdiff_t i = 0; i < plan->pairs; i++) {
        double *const before = plan->buffers[plan->before[i]];
        plan->buffers[plan->before[i]] = plan->buffers[plan->after[i]];
        plan->buffers[plan->after[i]] = before;
    }
    plan->next = 0;
    plan->step++;
    if (++plan->step_of_epoch == plan->epoch_steps) {
        plan->epoch_sums[plan->epochs++] = plan->sum_of_losses;
        plan->sum_of_losses = 0.0;
        plan->step_of_epoch = 0;
    }
}

int pgn_plan_run(struct pgn_plan *plan, ptrdiff_t steps, ptrdiff_t instruction, double most_seconds)
{
    const int64_t start = nanoseconds();
    ptrdiff_t work = 0;
    while (plan->step < steps || plan->next < instruction) {
        const ptrdiff_t end = plan->step < steps ? plan->length : instruction;
        for (const struct pgn_instruction *at = plan->instructions + plan->next; plan->next < end; at++, plan->next++) {
            if (at->only_in_the_last && !plan->is_last)
                continue;
            if (work > UNTIMED) {
                const double passed = 1e-9 * (double)(nanoseconds() - start);
                if (passed > most_seconds || passed < 0.0) /* the clock was set back */
                    return PGN_PAUSED;
                work = 0;
            }
            const int outcome = execute(plan, at);
            if (outcome != PGN_DONE)
                return outcome;
            work += at->work;
        }
        if (plan->next == plan->length)
            end_step(plan);
    }
    return PGN_DONE;
}
