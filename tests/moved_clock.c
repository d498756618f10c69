/* Moves the clock of a process, for the tests at other dates: loaded before the C library (LD_PRELOAD), it answers what
 * time it is, ahead of this machine's clock by so many seconds as MOVED_CLOCK_AHEAD says. Nothing else is touched: the
 * monotonic clock, pauses and patience stay as they are, and so do the times of files. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long ahead;

__attribute__((constructor)) static void begin(void) {
    const char *told = getenv("MOVED_CLOCK_AHEAD");
    ahead = told ? atol(told) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *found) {
    int failed = (int)syscall(SYS_clock_gettime, clock, found);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) found->tv_sec += ahead;
    return failed;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone) {
    int failed = (int)syscall(SYS_gettimeofday, found, zone);
    if (!failed) found->tv_sec += ahead;
    return failed;
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
