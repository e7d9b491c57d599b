/* SPDX-License-Identifier: GPL-2.0-only */
#include "failing_heap.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);

static struct {
    bool armed, all_after;
    size_t fail_at, count;
} heap;

void heap_arm(size_t n, bool all_after)
{
    heap.armed = true;
    heap.all_after = all_after;
    heap.fail_at = n;
    heap.count = 0;
}

bool heap_disarm(void)
{
    heap.armed = false;
    return heap.count >= heap.fail_at;
}

static bool fails(void)
{
    if (!heap.armed)
        return false;
    heap.count++;
    return heap.all_after ? heap.count >= heap.fail_at : heap.count == heap.fail_at;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}
