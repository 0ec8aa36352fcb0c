/* exp_vectors.h: exp and the sigmoid of several numbers at a time. exp.c includes it once per version, each time with

   VERSION           how the names of the version's functions end
   TARGET            the attribute that turns the version's instructions on
   LANES             doubles in a vector
   NUMBERS, INTEGERS a vector of doubles, and one of whole numbers of 64 bits
   ALL(x)            x in every lane
   FUSED(x, y, z)    x · y + z, rounded once
   NOT_BELOW(x, y)   the lanes, as bits of a number, in which x is not below y, as where either is NaN
   ONE_OR(a, e)      1.0 in the lanes in which a is at least 0.0, e in the others

   and with a function look_up, which gets whole numbers below 128 and finds the two numbers of each one's pair. */

#define NAME(name) JOIN(name, VERSION)

typedef uint64_t NAME(bits) __attribute__((vector_size(LANES * 8))); /* those of doubles; their sums may wrap around */

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
    const NUMBERS size = (NUMBERS)((NAME(bits))x & ~(NAME(bits))ALL(-0.0));
    return NAME(exp_of_all)(x, NOT_BELOW(size, ALL(LIMIT)));
}

ALWAYS_INLINE TARGET NUMBERS NAME(sigmoid_of)(NUMBERS a)
{
    const NUMBERS x = (NUMBERS)((NAME(bits))a | (NAME(bits))ALL(-0.0)); /* -|a| */
    const NUMBERS e = NAME(exp_of_all)(x, NOT_BELOW(ALL(-LIMIT), x));
    return ONE_OR(a, e) / (ALL(1.0) + e);
}

ALWAYS_INLINE TARGET void NAME(in_vectors)(NUMBERS (*function)(NUMBERS), double *c, const double *a, ptrdiff_t n)
{
    NUMBERS x;
    ptrdiff_t i = 0;
    for (; n - i >= LANES; i += LANES) {
        memcpy(&x, a + i, sizeof x);
        x = function(x);
        memcpy(c + i, &x, sizeof x);
    }
    if (i < n) {
        x = ALL(0.0);
        memcpy(&x, a + i, (size_t)(n - i) * sizeof *a);
        x = function(x);
        memcpy(c + i, &x, (size_t)(n - i) * sizeof *c);
    }
}

TARGET static void NAME(exp)(double *c, const double *a, ptrdiff_t n)
{
    NAME(in_vectors)(NAME(exp_of), c, a, n);
}

TARGET static void NAME(sigmoid)(double *c, const double *a, ptrdiff_t n)
{
    NAME(in_vectors)(NAME(sigmoid_of), c, a, n);
}

#undef NAME
#undef VERSION
#undef TARGET
#undef LANES
#undef NUMBERS
#undef INTEGERS
#undef ALL
#undef FUSED
#undef NOT_BELOW
#undef ONE_OR
