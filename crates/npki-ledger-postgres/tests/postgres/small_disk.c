// A small disk, for a server that is started with this library in LD_PRELOAD: no file in the folder $SMALL_DISK grows
// beyond the number of octets that the file $SMALL_DISK.size has in decimal; who writes there is told that the disk is
// full. Needs no right to mount anything.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_full(int fd, off_t end)
{
    char link[64], path[4096], name[4096], digits[32];
    const char *folder = getenv("SMALL_DISK");
    struct stat file;
    if (!folder || fstat(fd, &file) || end <= file.st_size)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder)) || path[strlen(folder)] != '/')
        return 0;
    snprintf(name, sizeof name, "%s.size", folder);
    int size = open(name, O_RDONLY);
    length = size < 0 ? -1 : read(size, digits, sizeof digits - 1);
    if (size >= 0)
        close(size);
    if (length < 0)
        return 0;
    digits[length] = 0;
    return end > atoll(digits);
}

ssize_t pwrite64(int fd, const void *octets, size_t count, off_t at)
{
    ssize_t (*next)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite64");
    if (is_full(fd, at + (off_t)count))
        return errno = ENOSPC, -1;
    return next(fd, octets, count, at);
}

ssize_t pwrite(int fd, const void *octets, size_t count, off_t at)
{
    return pwrite64(fd, octets, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at)
{
    ssize_t (*next)(int, const struct iovec *, int, off_t) = dlsym(RTLD_NEXT, "pwritev64");
    off_t end = at;
    for (int i = 0; i < count; i++)
        end += (off_t)parts[i].iov_len;
    if (is_full(fd, end))
        return errno = ENOSPC, -1;
    return next(fd, parts, count, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    return pwritev64(fd, parts, count, at);
}

int posix_fallocate64(int fd, off_t at, off_t count)
{
    int (*next)(int, off_t, off_t) = dlsym(RTLD_NEXT, "posix_fallocate64");
    return is_full(fd, at + count) ? ENOSPC : next(fd, at, count);
}

int posix_fallocate(int fd, off_t at, off_t count)
{
    return posix_fallocate64(fd, at, count);
}
