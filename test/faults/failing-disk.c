/* Makes the disk fail for one process and its files under one folder: preloaded into it by failing-disk.ts. While the
   file FAULT_ARMED exists, the FAULT_AFTER-th write, flush or truncation and all after it fail with FAULT_ERRNO. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int calls;

static int fails(int descriptor) {
  const char *folder = getenv("FAULT_FOLDER"), *armed = getenv("FAULT_ARMED");
  if (!folder || !armed) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (strncmp(path, folder, strlen(folder)) != 0 || access(armed, F_OK) != 0) return 0;
  if (atomic_fetch_add(&calls, 1) + 1 < atoi(getenv("FAULT_AFTER"))) return 0;
  errno = atoi(getenv("FAULT_ERRNO"));
  return 1;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define FAILING(type, name, parameters, descriptor, ...)                                                               \
  type name parameters {                                                                                               \
    REAL(name);                                                                                                        \
    return fails(descriptor) ? -1 : real(__VA_ARGS__);                                                                 \
  }

FAILING(ssize_t, write, (int d, const void *b, size_t n), d, d, b, n)
FAILING(ssize_t, pwrite, (int d, const void *b, size_t n, off_t o), d, d, b, n, o)
FAILING(ssize_t, pwrite64, (int d, const void *b, size_t n, off64_t o), d, d, b, n, o)
FAILING(ssize_t, writev, (int d, const struct iovec *v, int n), d, d, v, n)
FAILING(ssize_t, pwritev, (int d, const struct iovec *v, int n, off_t o), d, d, v, n, o)
FAILING(ssize_t, pwritev64, (int d, const struct iovec *v, int n, off64_t o), d, d, v, n, o)
FAILING(int, ftruncate, (int d, off_t n), d, d, n)
FAILING(int, ftruncate64, (int d, off64_t n), d, d, n)
FAILING(int, fsync, (int d), d, d)
FAILING(int, fdatasync, (int d), d, d)
