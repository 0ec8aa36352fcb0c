/* exp_vectors.h: exp and the sigmoid of several numbers at a time. exp.c includes it once for each of the vectors of
   vectors.h, each time with a function look_up, which gets whole numbers below 128 and finds the two numbers of each one's
   pair. */

/* exp of numbers whose size is below LIMIT; of others, something. */
ALWAYS_INLINE TARGET NUMBERS NAME(exp_within_limit)(NUMBERS x)
{
    const NUMBERS shifted = FUSED(x, ALL(STEPS), ALL(TO_WHOLE)), k = shifted - ALL(TO_WHOLE);
    const NUMBERS r = FUSED(k, ALL(MINUS_REST), FUSED(k, ALL(MINUS_STEP), x));

    /* k stands in the last bits of the shifted number. Its lowest seven choose from the table. */
    const NAME(bits) bits = (NAME(bits))shifted;
    NUMBERS rest, power;
    NAME(look_up)((INTEGERS)(bits & 127), &rest, &power);
    const NUMBERS scale = (NUMBERS)((NAME(bits))power + (bits << 45));

    const NUMBERS r2 = r * r, low = FUSED(r, ALL(C3), ALL(C2)), high = FUSED(r, ALL(C5), ALL(C4));
    const NUMBERS first = FUSED(r2, low, rest + r);
    const NUMBERS rise = FUSED(r2 * r2, high, first); /* exp(r) - 1, and the power's rest */
    return FUSED(scale, rise, scale);
}

/* exp of any numbers. Those in the lanes `beyond`, where their size is not below LIMIT, are left to the library. */
ALWAYS_INLINE TARGET NUMBERS NAME(exp_of_all)(NUMBERS x, int beyond)
{
    NUMBERS y = NAME(exp_within_limit)(x);
    if (__builtin_expect(beyond, 0))
        for (int i = 0; i < LANES; i++)
            if (beyond >> i & 1)
                y[i] = library_exp(x[i]);
    return y;
}

ALWAYS_INLINE TARGET NUMBERS NAME(exp_of)(NUMBERS x)
{
    return NAME(exp_of_all)(x, NOT_BELOW(NAME(size_of)(x), ALL(LIMIT)));
}

ALWAYS_INLINE TARGET NUMBERS NAME(sigmoid_of)(NUMBERS a)
{
    const NUMBERS x = (NUMBERS)((NAME(bits))a | (NAME(bits))ALL(-0.0)); /* -|a| */
    const NUMBERS e = NAME(exp_of_all)(x, NOT_BELOW(ALL(-LIMIT), x));
    return CHOSEN(a, ALL(0.0), ALL(1.0), e) / (ALL(1.0) + e);
}

TARGET static void NAME(exp)(double *c, const double *a, ptrdiff_t n)
{
    NAME(in_vectors)(NAME(exp_of), c, a, n);
}

TARGET static void NAME(sigmoid)(double *c, const double *a, ptrdiff_t n)
{
    NAME(in_vectors)(NAME(sigmoid_of), c, a, n);
}
