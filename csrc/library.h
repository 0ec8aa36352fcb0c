/* Functions of the C library that Python has loaded. Python's math.exp is its exp, whose last place no standard settles;
 * some compilers, Zig's for example, bring an exp of their own, with other bits. */
#ifndef PGN_LIBRARY_H
#define PGN_LIBRARY_H

typedef double (*pgn_function)(double x);
extern pgn_function library_exp, library_log, library_log1p, library_tanh;

#endif
