/* A plan: the instructions of one training step, or of one pass forward, gone through again and again. Each instruction
 * is one call of a kernel on buffers that were laid out beforehand, so nothing is allocated here. Python, in
 * pygraphnn/plan.py, writes the plan. */
#include "kernels.h"

#include <math.h>
#include <time.h>

/* So much work, in multiply-adds, is done without looking at the clock: less than a millisecond. */
static const double UNTIMED = 1 << 20;

static double seconds(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
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
        pgn_draw_rows(plan->chosen + at->b_offset, at->rows, plan->random_state, at->inner);
        plan->random_state += (uint64_t)at->rows * 0x9E3779B97F4A7C15u;
        break;
    case PGN_TAKE_ROWS:
        pgn_take_rows(c, a, at->inner, at->columns, plan->chosen + at->b_offset, at->rows);
        break;
    case PGN_PRODUCT:
        if (pgn_matmul_piece(c, at->c_row, a, at->a_row, at->a_column, b, at->b_row, at->b_column, at->rows, at->inner,
                             at->columns, at->go_on, plan->room, plan->room_size))
            return PGN_NO_MEMORY;
        break;
    case PGN_ADD:
        pgn_add(c, a, b, n);
        break;
    case PGN_ADD_ROW:
        pgn_add_row(c, a, b, at->rows, at->columns);
        break;
    case PGN_SIGMOID:
        pgn_sigmoid(c, a, n);
        break;
    case PGN_SIGMOID_GRADIENT:
        pgn_sigmoid_gradient(c, a, b, n);
        break;
    case PGN_COLUMN_SUMS:
        pgn_column_sums(c, a, at->rows, at->columns, at->go_on);
        break;
    case PGN_SCALED_DIFFERENCE:
        pgn_scaled_difference(c, at->factor, a, b, n);
        break;
    case PGN_MEAN_SQUARE_ERROR:
        *c = pgn_square_error(at->go_on ? *c : 0.0, a, b, n);
        if (at->factor > 0.0)
            *c /= at->factor;
        break;
    case PGN_LOSS:
        plan->loss = *a;
        plan->sum_of_losses += *a;
        if (!isfinite(plan->sum_of_losses))
            return PGN_DIVERGED;
        break;
    case PGN_DESCEND:
        pgn_descend(c, a, at->factor, b, n);
        break;
    }
    return PGN_DONE;
}

/* What the step computed as new parameters lies where the gradients were: the two change their places. */
static void take_new_parameters(struct pgn_plan *plan)
{
    for (ptrdiff_t i = 0; i < plan->parameters; i++) {
        double *const before = plan->buffers[plan->parameter[i]];
        plan->buffers[plan->parameter[i]] = plan->buffers[plan->gradient[i]];
        plan->buffers[plan->gradient[i]] = before;
    }
}

int pgn_plan_run(struct pgn_plan *plan, ptrdiff_t steps, ptrdiff_t instruction, double most_seconds)
{
    const double start = seconds();
    double work = 0.0;
    while (plan->step < steps || plan->next < instruction) {
        const struct pgn_instruction *const at = &plan->instructions[plan->next];
        if (work > UNTIMED) {
            const double passed = seconds() - start;
            if (passed > most_seconds || passed < 0.0) /* somebody may have set the clock back */
                return PGN_PAUSED;
            work = 0.0;
        }
        if (!at->only_in_the_last || plan->is_last) {
            const int outcome = execute(plan, at);
            if (outcome != PGN_DONE)
                return outcome;
            work += at->work;
        }
        if (++plan->next == plan->length) {
            take_new_parameters(plan);
            plan->next = 0;
            plan->step++;
        }
    }
    return PGN_DONE;
}
