/* The time, in nanoseconds since some moment. Somebody may set the clock back meanwhile. */
#ifndef PGN_CLOCK_H
#define PGN_CLOCK_H
#include <stdint.h>
#include <time.h>

static inline int64_t nanoseconds(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
