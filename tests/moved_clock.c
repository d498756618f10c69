/* Moves the clock of a process, for the tests at other dates: loaded before the C library (LD_PRELOAD), it answers what
 * time it is, ahead of this machine's clock by so many seconds as MOVED_CLOCK_AHEAD says. Nothing else is touched: the
 * monotonic clock, pauses and patience stay as they are, and so do the times of files. With MOVED_CLOCK_AT (seconds since
 * 1970) the clock stands still at that moment instead: what is recorded then is the same in every run. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long ahead;
long moved_clock_at; /* a process may move it on by itself */

__attribute__((constructor)) static void begin(void) {
    const char *told = getenv("MOVED_CLOCK_AHEAD"), *fixed = getenv("MOVED_CLOCK_AT");
    ahead = told ? atol(told) : 0;
    moved_clock_at = fixed ? atol(fixed) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *found) {
    int failed = (int)syscall(SYS_clock_gettime, clock, found);
    if (failed || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return failed;
    found->tv_sec += ahead;
    if (moved_clock_at) *found = (struct timespec){.tv_sec = moved_clock_at};
    return 0;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone) {
    int failed = (int)syscall(SYS_gettimeofday, found, zone);
    if (failed) return failed;
    found->tv_sec += ahead;
    if (moved_clock_at) *found = (struct timeval){.tv_sec = moved_clock_at};
    return 0;
}

time_t time(time_t *found) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (found) *found = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *found, int base) {
    if (base != TIME_UTC) return 0;
    return clock_gettime(CLOCK_REALTIME, found) ? 0 : base;
}
