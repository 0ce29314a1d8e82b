/*
 * Makes one call of the system fail, for tests of the program: a library that is loaded before the
 * C library and stands in for its calls that open, read, write, map, synchronise, rename, link,
 * lock and remove files.
 *
 * Only calls for files below the folder FAULT_ROOT count. They are numbered from 1 in the order in
 * which the process makes them. Call number FAULT_AT fails as FAULT_KIND says:
 *
 *   eio     it fails with EIO
 *   enospc  it fails with ENOSPC
 *   eintr   it fails with EINTR, which asks to repeat it
 *   short   it writes or reads only one byte
 *   kill    the process is killed before it
 *   lost    it and every later call fail with EIO, as if the disk was gone
 *
 * At its end the process writes the number of its calls to the file FAULT_COUNT.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Whether a path is below the folder. Paths that are not absolute begin at the working folder. */
static int is_inside(const char *path) {
    const char *root = getenv("FAULT_ROOT");
    if (!root || !path) return 0;
    char whole[PATH_MAX * 2];
    if (path[0] != '/') {
        if (!getcwd(whole, PATH_MAX)) return 0;
        strncat(whole, "/", 2);
        strncat(whole, path, PATH_MAX - 2);
        path = whole;
    }
    return strncmp(path, root, strlen(root)) == 0;
}

static int is_file_inside(int fd) {
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(name, path, sizeof path - 1);
    if (len < 0) return 0;
    path[len] = 0;
    return is_inside(path);
}

/* Counts a call. Returns whether it is to transfer one byte, or -1 with errno if it is to fail. */
static int fault(int inside, int transfers) {
    if (!inside) return 0;
    long call = atomic_fetch_add(&calls, 1) + 1;
    const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
    if (!at || !kind) return 0;
    int is_lost = !strcmp(kind, "lost") && atol(at) > 0 && atol(at) <= call;
    if (!is_lost && atol(at) != call) return 0;
    if (!strcmp(kind, "kill")) raise(SIGKILL);
    if (!strcmp(kind, "short")) return transfers;
    errno = !strcmp(kind, "enospc") ? ENOSPC : !strcmp(kind, "eintr") ? EINTR : EIO;
    return -1;
}

__attribute__((destructor)) static void write_count(void) {
    const char *path = getenv("FAULT_COUNT");
    if (!path) return;
    FILE *file = fopen(path, "w");
    if (file) {
        fprintf(file, "%ld\n", atomic_load(&calls));
        fclose(file);
    }
}

#define FAILS(inside) if (fault(inside, 0) < 0) return -1

#define OPEN(name, before, args) \
    int name(before const char *path, int flags, ...) { \
        va_list list; \
        va_start(list, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
        va_end(list); \
        FAILS(is_inside(path)); \
        return REAL(name) args; \
    }
#define AT int folder,
OPEN(open, , (path, flags, mode))
OPEN(open64, , (path, flags, mode))
OPEN(openat, AT, (folder, path, flags, mode))
OPEN(openat64, AT, (folder, path, flags, mode))

#define TRANSFER(name, type) \
    ssize_t name(int fd, type buffer, size_t count) { \
        int short_of = fault(is_file_inside(fd), 1); \
        if (short_of < 0) return -1; \
        return REAL(name)(fd, buffer, short_of && count > 1 ? 1 : count); \
    }
TRANSFER(read, void *)
TRANSFER(write, const void *)

ssize_t writev(int fd, const struct iovec *parts, int count) {
    FAILS(is_file_inside(fd));
    return REAL(writev)(fd, parts, count);
}

ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t len,
                        unsigned flags) {
    FAILS(is_file_inside(out));
    return REAL(copy_file_range)(in, in_at, out, out_at, len, flags);
}

int fsync(int fd) {
    FAILS(is_file_inside(fd));
    return REAL(fsync)(fd);
}

int fdatasync(int fd) {
    FAILS(is_file_inside(fd));
    return REAL(fdatasync)(fd);
}

int ftruncate64(int fd, off64_t len) {
    FAILS(is_file_inside(fd));
    return REAL(ftruncate64)(fd, len);
}

int flock(int fd, int operation);
int flock(int fd, int operation) {
    FAILS(is_file_inside(fd));
    return REAL(flock)(fd, operation);
}

int rename(const char *from, const char *to) {
    FAILS(is_inside(to));
    return REAL(rename)(from, to);
}

int link(const char *from, const char *to) {
    FAILS(is_inside(to));
    return REAL(link)(from, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    FAILS(is_inside(to));
    return REAL(linkat)(from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode) {
    FAILS(is_inside(path));
    return REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
    FAILS(is_inside(path));
    return REAL(unlink)(path);
}

int rmdir(const char *path) {
    FAILS(is_inside(path));
    return REAL(rmdir)(path);
}

void *mmap64(void *at, size_t len, int protection, int flags, int fd, off64_t offset) {
    if (fd >= 0 && fault(is_file_inside(fd), 0) < 0) return MAP_FAILED;
    return REAL(mmap64)(at, len, protection, flags, fd, offset);
}
