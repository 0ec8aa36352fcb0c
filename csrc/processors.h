/* What the compiler and the processor at hand can do. */
#ifndef PGN_PROCESSORS_H
#define PGN_PROCESSORS_H
#include <stdint.h>

/* Vectors are an extension of GCC and Clang. */
#if defined __GNUC__
#define HAVE_VECTORS 1
#else
#define HAVE_VECTORS 0
#endif

/* A build for x86-64 holds the instructions of newer processors too and chooses when it runs. Not GCC's on Windows, where
   it aligns the stack to 16 bytes only (its bug 54412). */
#if HAVE_VECTORS && defined __x86_64__ && (!defined _WIN32 || defined __clang__)
#define HAVE_X86 1
#else
#define HAVE_X86 0
#endif

/* Whether the processor and the system know all of these sets of instructions. (What the compilers offer for this,
   __builtin_cpu_supports, always says no where Zig has compiled it.) */
#if HAVE_X86
enum { HAS_BMI = 1, HAS_FMA = 2, HAS_AVX2 = 4, HAS_AVX512F = 8, HAS_AVX512VL = 16 };
int pgn_processor_has(unsigned wanted);

/* Whether vectors of that kind, one of enum pgn_exp_version, run here. */
int pgn_vectors_run_here(int version);
#endif

/* For functions that are fast only where their arguments are constants of the caller. */
#if defined __GNUC__
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

/* For functions that are slower as a part of their caller. */
#if defined __GNUC__
#define NEVER_INLINE static __attribute__((noinline))
#else
#define NEVER_INLINE static
#endif

/* Has a function compiled for wider vectors, too, among which glibc chooses when it loads the module. With an element in
   each lane, and with -ffp-contract=off, the bits are the same. */
#if HAVE_X86 && defined __GLIBC__ && !defined __clang__
#define ALSO_WIDER __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ALSO_WIDER
#endif

/* name_end, where both may be macros themselves. */
#define JOIN_EXPANDED(name, end) name##_##end
#define JOIN(name, end) JOIN_EXPANDED(name, end)

#endif
