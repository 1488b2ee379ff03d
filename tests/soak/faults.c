/* Makes calls on files below a folder fail, for tests: LD_PRELOAD.

   FAULT_PATH   the folder; other files are left alone
   FAULT_CALL   read, write, fsync or rename
   FAULT_ERRNO  the error
   FAULT_AFTER  how many calls of a process succeed before */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long calls;

static int below(const char *path) {
    const char *folder = getenv("FAULT_PATH");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int fails(const char *call, const char *path) {
    const char *wanted = getenv("FAULT_CALL");
    if (!wanted || strcmp(wanted, call) != 0 || !below(path)) return 0;
    const char *after = getenv("FAULT_AFTER");
    if (__atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST) < (after ? atol(after) : 0)) return 0;
    errno = atoi(getenv("FAULT_ERRNO"));
    return 1;
}

static int fails_on(const char *call, int handle) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fails(call, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int h, const void *b, size_t n) { return fails_on("write", h) ? -1 : REAL(write)(h, b, n); }
ssize_t pwrite(int h, const void *b, size_t n, off_t o) { return fails_on("write", h) ? -1 : REAL(pwrite)(h, b, n, o); }
ssize_t pwrite64(int h, const void *b, size_t n, off64_t o) { return fails_on("write", h) ? -1 : REAL(pwrite64)(h, b, n, o); }
ssize_t writev(int h, const struct iovec *v, int n) { return fails_on("write", h) ? -1 : REAL(writev)(h, v, n); }
ssize_t read(int h, void *b, size_t n) { return fails_on("read", h) ? -1 : REAL(read)(h, b, n); }
ssize_t pread(int h, void *b, size_t n, off_t o) { return fails_on("read", h) ? -1 : REAL(pread)(h, b, n, o); }
ssize_t pread64(int h, void *b, size_t n, off64_t o) { return fails_on("read", h) ? -1 : REAL(pread64)(h, b, n, o); }
int fsync(int h) { return fails_on("fsync", h) ? -1 : REAL(fsync)(h); }
int rename(const char *a, const char *b) { return fails("rename", b) ? -1 : REAL(rename)(a, b); }
int renameat(int x, const char *a, int y, const char *b) { return fails("rename", b) ? -1 : REAL(renameat)(x, a, y, b); }
