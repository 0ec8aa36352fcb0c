/* A loop over the columns of a matrix, for what has a few of them. */
#ifndef PGN_STRIPS_H
#define PGN_STRIPS_H
#include <stddef.h>

enum { WIDEST = 32 }; /* columns at a time: half of the registers of AVX2 */

/* Calls part(width, column) for all columns of a matrix, some neighbours at a time. Their number is a constant in the
   part, so that what it computes for them stays in registers. */
#define IN_STRIPS(columns, part)                                                                                       \
    do {                                                                                                               \
        ptrdiff_t column = 0;                                                                                          \
        for (; (columns) - column >= WIDEST; column += WIDEST)                                                         \
            part(WIDEST, column);                                                                                      \
        for (; (columns) - column >= 8; column += 8)                                                                   \
            part(8, column);                                                                                           \
        if ((columns) - column >= 4) {                                                                                 \
            part(4, column);                                                                                           \
            column += 4;                                                                                               \
        }                                                                                                              \
        if ((columns) - column >= 2) {                                                                                 \
            part(2, column);                                                                                           \
            column += 2;                                                                                               \
        }                                                                                                              \
        if ((columns) > column)                                                                                        \
            part(1, column);                                                                                           \
    } while (0)

#endif
