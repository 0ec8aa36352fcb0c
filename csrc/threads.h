/* Work that several threads share. */
#ifndef PGN_THREADS_H
#define PGN_THREADS_H
#include <stddef.h>

/* Runs part(work, n) for n = 0 … threads - 1 at the same time, n = 0 on the calling thread, and returns when all have
   returned. A thread that cannot be had is left out: each part takes what is left of the work, until nothing is. There
   are at most MOST_THREADS. */
void share(void (*part)(void *work, ptrdiff_t n), void *work, ptrdiff_t threads);

/* Lets other threads go on first, on whom this one waits. */
void give_way(void);

enum { MOST_THREADS = 1024 };

#endif
