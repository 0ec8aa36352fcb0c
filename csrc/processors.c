/* What the processor can do, asked of itself. */
#include "processors.h"
#include "kernels.h"

#if HAVE_X86
#include <cpuid.h>

/* Which registers the system saves when it goes from one thread to another: wider ones may exist and yet be of no use. */
static unsigned saved_registers(void)
{
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

int pgn_processor_has(unsigned wanted)
{
    enum { OF_AVX = 0x06, OF_AVX512 = 0xe6 };
    unsigned a, b, c, d, found = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX) ||
        (saved_registers() & OF_AVX) != OF_AVX)
        return 0;
    if (c & bit_FMA)
        found |= HAS_FMA;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        if (b & bit_BMI)
            found |= HAS_BMI;
        if (b & bit_AVX2)
            found |= HAS_AVX2;
        if (b & bit_AVX512F && (saved_registers() & OF_AVX512) == OF_AVX512)
            found |= b & bit_AVX512VL ? HAS_AVX512F | HAS_AVX512VL : HAS_AVX512F;
    }
    return (found & wanted) == wanted;
}

int pgn_vectors_run_here(int version)
{
    switch (version) {
    case PGN_EXP_AVX512:
        return pgn_processor_has(HAS_AVX512F);
    case PGN_EXP_AVX2:
        return pgn_processor_has(HAS_AVX2 | HAS_FMA);
    default:
        return 0;
    }
}

#else

typedef int nothing_to_ask; /* C wants something in each file */

#endif
