/* The time, in nanoseconds since some moment. Somebody may set the clock back meanwhile. */
#ifndef PGN_CLOCK_H
#define PGN_CLOCK_H
#include <stdint.h>

#if defined _WIN32
#include <windows.h>

static inline int64_t nanoseconds(void)
{
    LARGE_INTEGER now, in_a_second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&in_a_second);
    return (int64_t)(1e9 * (double)now.QuadPart / (double)in_a_second.QuadPart);
}

#else
#include <time.h>

static inline int64_t nanoseconds(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif

#endif
