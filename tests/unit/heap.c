/* SPDX-License-Identifier: GPL-2.0-only */
#include "heap.h"

#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

static struct {
    bool armed;
    bool all_after; /* and every later one too */
    size_t fail_at; /* counts from 1 */
    size_t count;
    long json_blocks; /* of cJSON, now */
} heap;

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

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
    return fails() ? NULL : __real_strndup(text, len);
}

void *heap_json_malloc(size_t size)
{
    void *block = fails() ? NULL : __real_malloc(size);

    heap.json_blocks += block ? 1 : 0;
    return block;
}

void heap_json_free(void *block)
{
    heap.json_blocks -= block ? 1 : 0;
    free(block);
}

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

long heap_json_blocks(void)
{
    return heap.json_blocks;
}
