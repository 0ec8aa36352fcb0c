/* Threads, for work that is large enough. They come from POSIX where that exists; elsewhere everything runs on the
 * calling thread. They are started for one piece of work and end with it, so that nothing outlives a call. */
#include "threads.h"

#include "kernels.h"

#include <stdatomic.h>

#if !defined _WIN32 && !defined __wasi__
#define HAVE_THREADS 1
#include <pthread.h>
#include <sched.h>
#else
#define HAVE_THREADS 0
#endif

static atomic_int thread_limit = 1;

void pgn_set_threads(int threads)
{
    atomic_store(&thread_limit, threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads);
}

int pgn_get_threads(void)
{
    return atomic_load(&thread_limit);
}

#if HAVE_THREADS

struct helper {
    void (*part)(void *work, ptrdiff_t n);
    void *work;
    ptrdiff_t n;
    pthread_t thread;
    int is_running;
};

static void *run(void *argument)
{
    const struct helper *const helper = argument;
    helper->part(helper->work, helper->n);
    return NULL;
}

void share(void (*part)(void *work, ptrdiff_t n), void *work, ptrdiff_t threads)
{
    struct helper helpers[MOST_THREADS];
    for (ptrdiff_t n = 1; n < threads; n++) {
        helpers[n] = (struct helper){.part = part, .work = work, .n = n};
        helpers[n].is_running = pthread_create(&helpers[n].thread, NULL, run, &helpers[n]) == 0;
    }
    part(work, 0);
    for (ptrdiff_t n = 1; n < threads; n++)
        if (helpers[n].is_running)
            pthread_join(helpers[n].thread, NULL);
}

void give_way(void)
{
    sched_yield();
}

#else

void share(void (*part)(void *work, ptrdiff_t n), void *work, ptrdiff_t threads)
{
    (void)threads;
    part(work, 0);
}

void give_way(void) {}

#endif
