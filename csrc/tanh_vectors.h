/* tanh_vectors.h: tanh of several numbers at a time. tanh.c includes it once for each of the vectors of vectors.h. */

/* e^u - 1 for u from 2 to 44, where is_large, or from -2 to 0. With u = k ln2 + x and |x| hardly above ln2/2,
   e^x - 1 = x - e, where e comes from a quotient of polynomials; then what is multiplied by 2^k depends on k. */
ALWAYS_INLINE TARGET NUMBERS NAME(rise)(NUMBERS u, NUMBERS size)
{
    const NUMBERS whole = TRUNCATED(FUSED(ALL(INVERSE_LN2), u, CHOSEN(u, ALL(0.0), ALL(0.5), ALL(-0.5))));
    const NUMBERS k = CHOSEN(size + size, ALL(NOT_REDUCED), whole, ALL(0.0));
    const NAME(bits) bits = (NAME(bits))(k + ALL(TO_WHOLE)), one = (NAME(bits))ALL(1.0);
    const NUMBERS power = (NUMBERS)(one + (bits << 52)), inverse = (NUMBERS)(one - (bits << 52)); /* 2^k, 2^-k */

    const NUMBERS high = FUSED(-k, ALL(LN2_HIGH), u), low = k * ALL(LN2_LOW);
    const NUMBERS x = high - low, rest = (high - x) - low;
    const NUMBERS half = ALL(0.5) * x, h = x * half, h2 = h * h;
    const NUMBERS first = FUSED(h2, FUSED(h, ALL(Q3), ALL(Q2)), FUSED(h, ALL(Q1), ALL(1.0)));
    const NUMBERS r = FUSED(h2 * h2, FUSED(h, ALL(Q5), ALL(Q4)), first), t = FUSED(-r, half, ALL(3.0));
    const NUMBERS quotient = h * ((r - t) / FUSED(-x, t, ALL(6.0)));
    const NUMBERS near_zero = x - FUSED(x, quotient, -h);
    const NUMBERS e = FUSED(x, quotient - rest, -rest) - h, below = e - x;

    const NUMBERS far = FUSED(ALL(1.0) - below, power, ALL(-1.0));
    const NUMBERS by_half = FUSED(ALL(0.5), x - e, ALL(-0.5));
    const NUMBERS to_20 = ((ALL(1.0) - inverse) - below) * power, to_56 = ((x - (e + inverse)) + ALL(1.0)) * power;
    const NUMBERS of_small = CHOSEN(k, ALL(0.0), near_zero, CHOSEN(k, ALL(-1.0), by_half, far));
    const NUMBERS of_large = CHOSEN(k, ALL(57.0), far, CHOSEN(k, ALL(20.0), to_56, to_20));
    return CHOSEN(size, ALL(1.0), of_large, of_small);
}

ALWAYS_INLINE TARGET NUMBERS NAME(tanh_of)(NUMBERS a)
{
    const NUMBERS size = NAME(size_of)(a), within = CHOSEN(size, ALL(LIMIT), ALL(LIMIT), size), twice = within + within;
    const NUMBERS rise = NAME(rise)(CHOSEN(within, ALL(1.0), twice, -twice), within);
    const NUMBERS quotient = CHOSEN(within, ALL(1.0), ALL(2.0), -rise) / (rise + ALL(2.0));
    NUMBERS t = CHOSEN(within, ALL(1.0), ALL(1.0) - quotient, quotient);
    t = CHOSEN(size, ALL(LIMIT), ALL(1.0), CHOSEN(size, ALL(SMALLEST), t, size));
    return (NUMBERS)((NAME(bits))t | ((NAME(bits))a & (NAME(bits))ALL(-0.0)));
}

TARGET static void NAME(tanh)(double *c, const double *a, ptrdiff_t n)
{
    NAME(in_vectors)(NAME(tanh_of), c, a, n);
}
